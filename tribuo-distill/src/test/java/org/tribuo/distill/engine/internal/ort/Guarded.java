package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.LongStream;

/**
 * An output of a graph between two guards: memory in which a kernel that writes outside of its
 * output leaves a trace.
 */
final class Guarded implements AutoCloseable {
  private static final byte UNTOUCHED = 0x5A;
  private static final int SMALLEST_GUARD = 1 << 12;

  private final ByteBuffer memory;
  private final int guard;
  private final OnnxTensor tensor;

  private Guarded(ByteBuffer memory, int guard, OnnxTensor tensor) {
    this.memory = memory;
    this.guard = guard;
    this.tensor = tensor;
  }

  /** Room for a tensor of that type and shape, with guards that are each as large or larger. */
  static Guarded of(OrtEnvironment environment, TensorInfo info) throws OrtException {
    int bytes =
        Math.toIntExact(
            LongStream.of(info.getShape()).reduce(1, Math::multiplyExact) * info.type.size);
    int guard = Math.max(SMALLEST_GUARD, bytes);
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes + 2 * guard).order(ByteOrder.nativeOrder());
    for (int i = 0; i < memory.capacity(); i++) {
      memory.put(i, UNTOUCHED);
    }
    ByteBuffer inside = memory.slice(guard, bytes).order(ByteOrder.nativeOrder());
    return new Guarded(
        memory, guard, OnnxTensor.createTensor(environment, inside, info.getShape(), info.type));
  }

  OnnxTensor tensor() {
    return tensor;
  }

  /** Fails if something was written outside of the output. */
  void requireUntouched(String output) {
    for (int i = 0; i < memory.capacity(); i++) {
      boolean inside = i >= guard && i < memory.capacity() - guard;
      if (!inside && memory.get(i) != UNTOUCHED) {
        throw new AssertionError(
            "Something was written %d bytes %s output '%s' of %d bytes"
                .formatted(
                    i < guard ? guard - i : i - memory.capacity() + guard,
                    i < guard ? "before" : "behind",
                    output,
                    memory.capacity() - 2 * guard));
      }
    }
  }

  @Override
  public void close() {
    tensor.close();
  }
}
