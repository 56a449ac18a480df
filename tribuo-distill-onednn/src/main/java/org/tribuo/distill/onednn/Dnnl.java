package org.tribuo.distill.onednn;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * oneDNN's C API as far as it is used. Pointers are {@code long}, which JNA passes on fastest. The
 * methods have the names and arguments that <a
 * href="https://uxlfoundation.github.io/oneDNN/group_dnnl_api.html">oneDNN</a> gives them.
 */
final class Dnnl {
  static final int CPU = 1;
  static final int F32 = 3;
  static final int BF16 = 2;
  static final int ANY_LAYOUT = 1;
  static final int USER_SCRATCHPAD = 1;
  static final int ELTWISE_LINEAR = 38;
  static final int ELTWISE_GELU = 49;
  static final int FORWARD_TRAINING = 64;
  static final int BACKWARD = 128;
  static final int USE_SCALE = 2;
  static final int USE_SHIFT = 4;
  static final int QUERY_WEIGHTS = 131;
  static final int QUERY_SCRATCHPAD = 136;

  static final int ARG_SRC = 1;
  static final int ARG_DST = 17;
  static final int ARG_WEIGHTS = 33;
  static final int ARG_BIAS = 41;
  static final int ARG_MEAN = 49;
  static final int ARG_VARIANCE = 50;
  static final int ARG_SCALE = 51;
  static final int ARG_SHIFT = 52;
  static final int ARG_SCRATCHPAD = 80;
  static final int ARG_DIFF_SRC = 129;
  static final int ARG_DIFF_DST = 145;
  static final int ARG_DIFF_SCALE = 255;
  static final int ARG_DIFF_SHIFT = 256;

  private static final String[] STATUS = {
    "success", "out of memory", "invalid arguments", "unimplemented", "last implementation reached",
    "runtime error", "not required", "invalid graph", "invalid graph operation", "invalid shape",
    "invalid data type"
  };

  private Dnnl() {}

  static native int dnnl_engine_create(long engine, int kind, long index);

  static native int dnnl_stream_create(long stream, long engine, int flags);

  static native int dnnl_stream_destroy(long stream);

  static native int dnnl_memory_desc_create_with_strides(
      long descriptor, int rank, long dims, int type, long strides);

  static native int dnnl_memory_desc_create_with_tag(
      long descriptor, int rank, long dims, int type, int tag);

  static native int dnnl_memory_desc_clone(long copy, long descriptor);

  static native long dnnl_memory_desc_get_size(long descriptor);

  static native int dnnl_memory_desc_destroy(long descriptor);

  static native int dnnl_primitive_attr_create(long attributes);

  static native int dnnl_primitive_attr_destroy(long attributes);

  static native int dnnl_primitive_attr_set_scratchpad_mode(long attributes, int mode);

  static native int dnnl_primitive_attr_set_post_ops(long attributes, long postOps);

  static native int dnnl_post_ops_create(long postOps);

  static native int dnnl_post_ops_destroy(long postOps);

  static native int dnnl_post_ops_append_sum(long postOps, float scale, int zero, int type);

  static native int dnnl_post_ops_append_eltwise(long postOps, int kind, float alpha, float beta);

  static native int dnnl_matmul_primitive_desc_create(
      long primitive, long engine, long src, long weights, long bias, long dst, long attributes);

  static native int dnnl_reorder_primitive_desc_create(
      long primitive, long from, long fromEngine, long to, long toEngine, long attributes);

  static native int dnnl_eltwise_forward_primitive_desc_create(
      long primitive,
      long engine,
      int propagation,
      int kind,
      long src,
      long dst,
      float alpha,
      float beta,
      long attributes);

  static native int dnnl_eltwise_backward_primitive_desc_create(
      long primitive,
      long engine,
      int kind,
      long diffSrc,
      long diffDst,
      long src,
      float alpha,
      float beta,
      long forward,
      long attributes);

  static native int dnnl_layer_normalization_forward_primitive_desc_create(
      long primitive,
      long engine,
      int propagation,
      long src,
      long dst,
      long statistic,
      float epsilon,
      int flags,
      long attributes);

  static native int dnnl_layer_normalization_backward_primitive_desc_create(
      long primitive,
      long engine,
      int propagation,
      long diffSrc,
      long diffDst,
      long src,
      long statistic,
      float epsilon,
      int flags,
      long forward,
      long attributes);

  static native long dnnl_primitive_desc_query_md(long primitive, int what, int index);

  static native int dnnl_primitive_desc_destroy(long primitive);

  static native int dnnl_primitive_create(long primitive, long descriptor);

  static native int dnnl_primitive_execute(long primitive, long stream, int count, long arguments);

  static native int dnnl_primitive_destroy(long primitive);

  static native int dnnl_memory_create(long memory, long descriptor, long engine, long data);

  static native int dnnl_memory_set_data_handle(long memory, long data);

  static native int dnnl_memory_destroy(long memory);

  static native int dnnl_set_primitive_cache_capacity(int primitives);

  static native int dnnl_get_effective_cpu_isa();

  static native long dnnl_version();

  static void load(NativeLibrary library) {
    Native.register(Dnnl.class, library);
    // What is used again is kept here; there it would be kept a second time.
    check(dnnl_set_primitive_cache_capacity(0), "dnnl_set_primitive_cache_capacity");
  }

  /** The version, such as 3.13.0. */
  static String version() {
    Pointer numbers = new Pointer(dnnl_version());
    return numbers.getInt(0) + "." + numbers.getInt(4) + "." + numbers.getInt(8);
  }

  /**
   * @throws IllegalStateException if a function has not returned success
   */
  static void check(int status, String function) {
    if (status != 0) {
      throw new IllegalStateException(
          "oneDNN's %s failed: %s"
              .formatted(function, status < STATUS.length ? STATUS[status] : "status " + status));
    }
  }
}
