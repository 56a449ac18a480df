package org.tribuo.distill.runtime;

import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Operators that ONNX Runtime does not have, brought along by a module on the class path, which
 * names its implementation for {@link ServiceLoader}. Their domain is {@value #DOMAIN}:
 *
 * <ul>
 *   <li>{@value #PRODUCT}: {@code alpha · op(A) · op(B) + bias} of float32 stacks of matrices of
 *       rank 2 or more, whose leading axes are broadcast as those of ONNX's MatMul. The attributes
 *       {@code transA} and {@code transB} transpose the last two axes, {@code alpha} is a float;
 *       all three are there. The bias, a vector over the columns, is optional. Factors are rounded
 *       to bfloat16, sums are float32.
 *   <li>{@value #GELU}: ONNX's Gelu with the error function; {@value #GELU_GRADIENT}: of dy and x
 *       the gradient dx.
 *   <li>{@value #LAYER_NORMALIZATION}: of x, scale and bias what ONNX's LayerNormalization makes of
 *       the last axis, with its attribute {@code epsilon}, then the mean and the variance of each
 *       row; {@value #LAYER_NORMALIZATION_GRADIENT}: of dy, x, scale, mean and variance, with the
 *       same attribute, the gradients of x, scale and bias.
 * </ul>
 *
 * <p>All tensors are float32, and only the factors of products are rounded.
 *
 * <p>Implementations are safe for many threads, and compute the same bits for any number of them.
 */
public interface OperatorLibrary {
  /** The domain of the operators. */
  String DOMAIN = "org.tribuo.distill";

  /** The operator that multiplies matrices. */
  String PRODUCT = "Product";

  /** The activation function. */
  String GELU = "Gelu";

  /** Its gradient. */
  String GELU_GRADIENT = "GeluGradient";

  /** The normalisation of rows. */
  String LAYER_NORMALIZATION = "LayerNormalization";

  /** Its gradient. */
  String LAYER_NORMALIZATION_GRADIENT = "LayerNormalizationGradient";

  /** What is wrong with a precision for which no library is there, and what to do. */
  String MISSING =
      "is "
          + Precision.BFLOAT16_PRODUCTS
          + ", but no library on the class path has such operators; add "
          + Coordinates.operatorLibrary()
          + ", or state the precision "
          + Precision.FLOAT32;

  /** The library and its version, such as {@code oneDNN 3.13.0}. */
  String version();

  /**
   * The instructions by which it computes, or why it does not: the processor lacks them, say.
   * Nothing but words for a person.
   */
  String instructionSet();

  /** Whether the processor has the instructions that make the operators faster than float32. */
  boolean isActive();

  /**
   * Adds the operators to the options of a session, before it is opened.
   *
   * @throws RuntimeUnavailableException if ONNX Runtime refuses them
   */
  void addTo(SessionOptions options);

  /** The first library on the class path, if there is one; always the same object. */
  static Optional<OperatorLibrary> onClassPath() {
    return Found.LIBRARY;
  }

  /**
   * As above, where one was asked for.
   *
   * @throws RuntimeUnavailableException if there is none; the message says what to add
   */
  static OperatorLibrary required() {
    return onClassPath()
        .orElseThrow(() -> new RuntimeUnavailableException("The precision " + MISSING));
  }

  /** Looks once, when it is first asked. */
  final class Found {
    private static final Optional<OperatorLibrary> LIBRARY =
        ServiceLoader.load(OperatorLibrary.class, OperatorLibrary.class.getClassLoader())
            .findFirst();

    private Found() {}
  }
}
