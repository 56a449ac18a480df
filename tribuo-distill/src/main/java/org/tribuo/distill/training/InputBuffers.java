package org.tribuo.distill.training;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.tribuo.distill.graph.Tensor;

/**
 * Native memory for the inputs of a step, used again at the next: one buffer for each input, as
 * large as the largest value so far.
 */
final class InputBuffers {
  private final OrtEnvironment environment;
  private final Map<String, ByteBuffer> buffers = new HashMap<>();

  InputBuffers(OrtEnvironment environment) {
    this.environment = environment;
  }

  /**
   * Copies a value into the input's buffer.
   *
   * @return a tensor over that buffer, valid until the next call for this input; the caller closes
   *     it
   */
  OnnxTensor fill(String input, Tensor value) throws OrtException {
    ByteBuffer data = value.data();
    ByteBuffer buffer = buffers.get(input);
    if (buffer == null || buffer.capacity() < data.remaining()) {
      buffer = ByteBuffer.allocateDirect(data.remaining());
      buffers.put(input, buffer);
    }
    ByteBuffer part = buffer.slice(0, data.remaining()).order(ByteOrder.nativeOrder());
    part.put(data).flip();
    return OnnxTensor.createTensor(
        environment, part, value.dims(), value.elementType().runtimeType());
  }
}
