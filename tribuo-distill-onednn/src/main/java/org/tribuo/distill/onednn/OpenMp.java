package org.tribuo.distill.onednn;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * OpenMP, which oneDNN was built with. Its threads would fight with those of ONNX Runtime for the
 * same cores, so each thread that calls oneDNN computes alone.
 */
final class OpenMp {
  private static final ThreadLocal<Boolean> ALONE =
      ThreadLocal.withInitial(
          () -> {
            omp_set_num_threads(1);
            return true;
          });

  private OpenMp() {}

  static native void omp_set_num_threads(int threads);

  /**
   * @param library depends on OpenMP, so that its functions are found through it
   */
  static void load(NativeLibrary library) {
    Native.register(OpenMp.class, library);
  }

  /** Lets oneDNN compute on the calling thread alone. */
  static void useCallingThreadAlone() {
    ALONE.get();
  }
}
