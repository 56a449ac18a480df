package org.tribuo.distill.onednn;

import java.util.Arrays;

/**
 * Where the elements of a tensor are, relative to its first one: oneDNN's memory descriptor. Must
 * be closed.
 */
final class Layout implements AutoCloseable {
  private final long descriptor;

  private Layout(long descriptor) {
    this.descriptor = descriptor;
  }

  /** By sizes and strides, both in elements. */
  static Layout of(int elementType, long[] dims, long[] strides) {
    NativeWords words = words(dims);
    words.set(1 + dims.length, strides);
    Dnnl.check(
        Dnnl.dnnl_memory_desc_create_with_strides(
            words.at(0), dims.length, words.at(1), elementType, words.at(1 + dims.length)),
        "dnnl_memory_desc_create_with_strides of " + Arrays.toString(dims));
    return new Layout(words.get(0));
  }

  /** Left to the primitive that reads it. */
  static Layout any(int elementType, long... dims) {
    NativeWords words = words(dims);
    Dnnl.check(
        Dnnl.dnnl_memory_desc_create_with_tag(
            words.at(0), dims.length, words.at(1), elementType, Dnnl.ANY_LAYOUT),
        "dnnl_memory_desc_create_with_tag of " + Arrays.toString(dims));
    return new Layout(words.get(0));
  }

  /** A copy of a descriptor that the caller does not own. */
  static Layout copy(long descriptor) {
    NativeWords words = new NativeWords(1);
    Dnnl.check(Dnnl.dnnl_memory_desc_clone(words.at(0), descriptor), "dnnl_memory_desc_clone");
    return new Layout(words.get(0));
  }

  private static NativeWords words(long[] dims) {
    NativeWords words = new NativeWords(1 + 2 * dims.length);
    words.set(1, dims);
    return words;
  }

  long descriptor() {
    return descriptor;
  }

  long bytes() {
    return Dnnl.dnnl_memory_desc_get_size(descriptor);
  }

  @Override
  public void close() {
    Dnnl.dnnl_memory_desc_destroy(descriptor);
  }
}
