package org.tribuo.distill.onednn;

/**
 * How a primitive computes beside what it computes: on the thread that calls it alone, its
 * scratchpad is the caller's, and what follows on the result. Must be closed.
 */
final class PrimitiveAttributes implements AutoCloseable {
  private final long attributes;
  private final long following;

  PrimitiveAttributes() {
    // A primitive is compiled for as many threads as the one that compiles it may use.
    OpenMp.useCallingThreadAlone();
    NativeWords words = new NativeWords(1);
    Dnnl.check(Dnnl.dnnl_primitive_attr_create(words.at(0)), "dnnl_primitive_attr_create");
    this.attributes = words.get(0);
    Dnnl.check(
        Dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, Dnnl.USER_SCRATCHPAD),
        "dnnl_primitive_attr_set_scratchpad_mode");
    Dnnl.check(Dnnl.dnnl_post_ops_create(words.at(0)), "dnnl_post_ops_create");
    this.following = words.get(0);
  }

  /** The result is added to what was there before. */
  void accumulate() {
    Dnnl.check(Dnnl.dnnl_post_ops_append_sum(following, 1, 0, 0), "dnnl_post_ops_append_sum");
  }

  /** Then it is multiplied by a number. */
  void multiply(float factor) {
    Dnnl.check(
        Dnnl.dnnl_post_ops_append_eltwise(following, Dnnl.ELTWISE_LINEAR, factor, 0),
        "dnnl_post_ops_append_eltwise");
  }

  /** The native attributes, with all that follows. */
  long address() {
    Dnnl.check(
        Dnnl.dnnl_primitive_attr_set_post_ops(attributes, following),
        "dnnl_primitive_attr_set_post_ops");
    return attributes;
  }

  @Override
  public void close() {
    Dnnl.dnnl_post_ops_destroy(following);
    Dnnl.dnnl_primitive_attr_destroy(attributes);
  }
}
