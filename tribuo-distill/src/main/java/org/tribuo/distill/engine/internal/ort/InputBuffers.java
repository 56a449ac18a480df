package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.tribuo.distill.graph.Tensor;

/**
 * Native memory for the inputs of a step, used again at the next: one buffer for each input, as
 * large as the largest value so far.
 */
final class InputBuffers {
  private final Map<String, ByteBuffer> buffers = new HashMap<>();

  /**
   * Copies a value into the input's buffer.
   *
   * @return a tensor over that buffer, valid until the next call for this input; the caller closes
   *     it
   */
  OnnxTensor fill(String input, Tensor value) throws OrtException {
    int bytes = value.data().remaining();
    ByteBuffer buffer = buffers.get(input);
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(bytes);
      buffers.put(input, buffer);
    }
    return OrtTensors.over(buffer, value);
  }
}
