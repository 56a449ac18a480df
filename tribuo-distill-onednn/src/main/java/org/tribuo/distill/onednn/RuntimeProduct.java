package org.tribuo.distill.onednn;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/**
 * ONNX Runtime's own product of two stacks of matrices, in float32: the kernel of its operator
 * {@code com.microsoft::FusedMatMul}. Safe for several runs of one session at a time.
 */
final class RuntimeProduct implements AutoCloseable {
  private static final int FLOAT = 1;
  private static final int INT_ATTRIBUTE = 1;
  private static final int FLOAT_ATTRIBUTE = 3;

  private final long operation;

  /**
   * @param info the address of the OrtKernelInfo of the node that calls it
   */
  RuntimeProduct(long info, boolean transA, boolean transB, float alpha) {
    NativeWords words = new NativeWords(8);
    long[] attributes = {
      attribute("transA", INT_ATTRIBUTE, transA ? 1 : 0),
      attribute("transB", INT_ATTRIBUTE, transB ? 1 : 0),
      attribute("alpha", FLOAT_ATTRIBUTE, Float.floatToRawIntBits(alpha))
    };
    try (Memory name = text("FusedMatMul");
        Memory domain = text("com.microsoft");
        Memory type = text("T")) {
      words.set(1, Pointer.nativeValue(type));
      words.set(2, FLOAT);
      words.set(3, attributes);
      OrtApi.check(
          OrtApi.CreateOp(
              info,
              Pointer.nativeValue(name),
              Pointer.nativeValue(domain),
              1,
              words.at(1),
              words.at(2),
              1,
              words.at(3),
              attributes.length,
              2,
              1,
              words.at(0)));
      operation = words.get(0);
    } finally {
      for (long attribute : attributes) {
        OrtApi.ReleaseOpAttr(attribute);
      }
    }
  }

  private static long attribute(String name, int type, long bits) {
    NativeWords words = new NativeWords(2);
    words.set(1, bits);
    try (Memory text = text(name)) {
      OrtApi.check(
          OrtApi.CreateOpAttr(Pointer.nativeValue(text), words.at(1), 1, type, words.at(0)));
    }
    return words.get(0);
  }

  private static Memory text(String content) {
    Memory text = new Memory(content.length() + 1L);
    text.setString(0, content);
    return text;
  }

  /** The native operation, for {@link KernelContext#invoke}. */
  long operation() {
    return operation;
  }

  @Override
  public void close() {
    OrtApi.ReleaseOp(operation);
  }
}
