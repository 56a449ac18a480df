package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tribuo.distill.graph.Tensor;

/**
 * Native memory for the inputs of a step, used again at the next: one buffer for each input, as
 * large as the largest value so far.
 */
final class InputBuffers {
  private final Map<String, ByteBuffer> buffers = new HashMap<>();

  /** The inputs of a step, valid until the next are filled. */
  record Filled(Map<String, OnnxTensor> byName) implements AutoCloseable {
    @Override
    public void close() {
      byName.values().forEach(OnnxTensor::close);
    }
  }

  /** Copies values into the inputs' buffers, in their order. */
  Filled fill(Map<String, Tensor> inputs) throws OrtException {
    Filled filled = new Filled(new LinkedHashMap<>());
    try {
      for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
        filled.byName().put(input.getKey(), fill(input.getKey(), input.getValue()));
      }
    } catch (OrtException e) {
      filled.close();
      throw e;
    }
    return filled;
  }

  private OnnxTensor fill(String input, Tensor value) throws OrtException {
    return OrtTensors.over(of(input, value.data().remaining()), value);
  }

  /** The buffer of an input, of so many bytes at least. */
  ByteBuffer of(String input, int bytes) {
    ByteBuffer buffer = buffers.get(input);
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(bytes);
      buffers.put(input, buffer);
    }
    return buffer;
  }
}
