package org.tribuo.distill.graph;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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
  static Guarded like(OrtEnvironment environment, Tensor tensor) throws OrtException {
    int bytes = Math.toIntExact(tensor.elements() * tensor.elementType().bytes());
    int guard = Math.max(SMALLEST_GUARD, bytes);
    ByteBuffer memory =
        ByteBuffer.allocateDirect(bytes + 2 * guard).order(ByteOrder.nativeOrder());
    while (memory.hasRemaining()) {
      memory.put(UNTOUCHED);
    }
    ByteBuffer inside = memory.slice(guard, bytes).order(ByteOrder.nativeOrder());
    return new Guarded(
        memory, guard, OnnxTensor.createTensor(environment, inside, tensor.dims(), type(tensor)));
  }

  private static OnnxJavaType type(Tensor tensor) {
    return switch (tensor.elementType()) {
      case FLOAT -> OnnxJavaType.FLOAT;
      case DOUBLE -> OnnxJavaType.DOUBLE;
      case INT64 -> OnnxJavaType.INT64;
      case INT32 -> OnnxJavaType.INT32;
      case INT8 -> OnnxJavaType.INT8;
      case BOOL -> OnnxJavaType.BOOL;
      default -> throw new AssertionError("no guards for " + tensor.elementType());
    };
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
