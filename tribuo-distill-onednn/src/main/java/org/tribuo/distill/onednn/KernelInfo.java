package org.tribuo.distill.onednn;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.Optional;

/** What is known of a node when its session is opened. */
final class KernelInfo {
  private final long info;
  private final NativeWords words = new NativeWords(64);

  KernelInfo(long info) {
    this.info = info;
  }

  /** ONNX Runtime's own product, for this node. */
  RuntimeProduct product(boolean transA, boolean transB, float alpha) {
    return new RuntimeProduct(info, transA, transB, alpha);
  }

  /**
   * @throws IllegalStateException if the node has no such attribute
   */
  boolean flag(String attribute) {
    try (Memory name = text(attribute)) {
      OrtApi.check(
          OrtApi.KernelInfoGetAttribute_int64(info, Pointer.nativeValue(name), words.at(0)));
    }
    return words.get(0) != 0;
  }

  /**
   * @throws IllegalStateException if the node has no such attribute
   */
  float number(String attribute) {
    try (Memory name = text(attribute)) {
      OrtApi.check(
          OrtApi.KernelInfoGetAttribute_float(info, Pointer.nativeValue(name), words.at(0)));
    }
    return words.getFloat(0);
  }

  /** An input that is the same in each run, as a weight that is not trained. */
  Optional<RuntimeTensor> constant(int input) {
    OrtApi.check(OrtApi.KernelInfoGetConstantInput_tensor(info, input, words.at(0), words.at(1)));
    return words.getInt(0) == 0
        ? Optional.empty()
        : Optional.of(RuntimeTensor.of(words.get(1), words));
  }

  private static Memory text(String content) {
    Memory text = new Memory(content.length() + 1L);
    text.setString(0, content);
    return text;
  }
}
