package org.tribuo.distill.onednn;

import java.util.function.IntConsumer;

/** One run of a node. One thread at a time. */
final class KernelContext {
  private static final ThreadLocal<NativeWords> WORDS =
      ThreadLocal.withInitial(() -> new NativeWords(64));

  /** In less time other threads would not have begun. */
  private static final long WORTH_WAKING = 40_000;

  private final long context;
  private final NativeWords words = WORDS.get();

  KernelContext(long context) {
    this.context = context;
  }

  int inputs() {
    OrtApi.check(OrtApi.KernelContext_GetInputCount(context, words.at(0)));
    return Math.toIntExact(words.get(0));
  }

  /** Whether an optional input is there. */
  boolean hasInput(int index) {
    return index < inputs() && value(index) != 0;
  }

  RuntimeTensor input(int index) {
    return RuntimeTensor.of(value(index), words);
  }

  private long value(int index) {
    OrtApi.check(OrtApi.KernelContext_GetInput(context, index, words.at(0)));
    return words.get(0);
  }

  /** Makes an output of float32. */
  RuntimeTensor output(int index, long... dims) {
    return output(index, NumberType.FLOAT32, dims);
  }

  /** Makes an output, which has the type that its operator states. */
  RuntimeTensor output(int index, NumberType type, long... dims) {
    words.set(1, dims);
    OrtApi.check(
        OrtApi.KernelContext_GetOutput(context, index, words.at(1), dims.length, words.at(0)));
    long value = words.get(0);
    OrtApi.check(OrtApi.GetTensorMutableData(value, words.at(0)));
    return new RuntimeTensor(value, words.get(0), type, dims);
  }

  /** Lets ONNX Runtime compute one product. */
  void invoke(RuntimeProduct product, RuntimeTensor a, RuntimeTensor b, RuntimeTensor c) {
    words.set(0, a.value(), b.value(), c.value());
    OrtApi.check(OrtApi.InvokeOp(context, product.operation(), words.at(0), 2, words.at(2), 1));
  }

  /**
   * Does some parts of the work on the threads of the session, if there is enough of it. Which
   * thread does a part must not matter.
   *
   * @param nanos about how long one thread would take for all
   * @throws RuntimeException what a part has thrown; then others may have been left out
   */
  void parallel(int parts, long nanos, IntConsumer part) {
    if (parts > 1 && nanos > WORTH_WAKING) {
      new ParallelRun(parts, part).on(context);
    } else {
      for (int i = 0; i < parts; i++) {
        part.accept(i);
      }
    }
  }
}
