package org.tribuo.distill.engine.internal.ort;

/** The names by which ONNX Runtime finds its way in a training graph. */
final class GradientNames {
  /** An input, bool[1]: whether the buffers are overwritten rather than added to. */
  static final String RESET = "lazy_reset_grad";

  private static final String BUFFER = "_grad.accumulation.buffer";

  private GradientNames() {}

  /** An input: where the gradient of a parameter is accumulated, of the parameter's shape. */
  static String buffer(String parameter) {
    return parameter + BUFFER;
  }

  /** An output, bool[1]: whether the gradient was added. */
  static String accumulated(String parameter) {
    return parameter + "_grad.accumulation.out";
  }

  static boolean isBuffer(String name) {
    return name.endsWith(BUFFER);
  }
}
