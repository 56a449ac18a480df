package org.tribuo.distill.graph.internal;

/**
 * The domain of the operators that ONNX Runtime lacks and a library on the class path may bring:
 *
 * <ul>
 *   <li>{@value #PRODUCT}: {@code alpha · op(A) · op(B) + bias} of float32 stacks of matrices of
 *       rank 2 or more, whose leading axes are broadcast as those of ONNX's MatMul. The attributes
 *       {@code transA} and {@code transB} transpose the last two axes, {@code alpha} is a float;
 *       all three are there. The bias, a vector over the columns, is optional, and alpha is 1
 *       beside it. Factors are rounded to bfloat16, sums are float32; a factor may also be of
 *       bfloat16 already.
 *   <li>{@value #ROUNDING}: a tensor of float32 in bfloat16, for factors that several products
 *       read. Only where the processor multiplies bfloat16.
 *   <li>{@value #GELU}: ONNX's Gelu with the error function; {@value #GELU_GRADIENT}: of dy and x
 *       the gradient dx.
 *   <li>{@value #LAYER_NORMALIZATION}: of x, scale and bias what ONNX's LayerNormalization makes of
 *       the last axis, with its attribute {@code epsilon}, then the mean and the variance of each
 *       row; {@value #LAYER_NORMALIZATION_GRADIENT}: of dy, x, scale, mean and variance, with the
 *       same attribute, the gradients of x, scale and bias.
 * </ul>
 *
 * <p>All tensors are float32 but for rounded factors, and only those are rounded.
 */
public final class DistillDomain {
  /** The domain's name. */
  public static final String NAME = "org.tribuo.distill";

  /** The operator that multiplies matrices. */
  public static final String PRODUCT = "Product";

  /** The operator that rounds a factor. */
  public static final String ROUNDING = "Rounding";

  /** The activation function. */
  public static final String GELU = "Gelu";

  /** Its gradient. */
  public static final String GELU_GRADIENT = "GeluGradient";

  /** The normalisation of rows. */
  public static final String LAYER_NORMALIZATION = "LayerNormalization";

  /** Its gradient. */
  public static final String LAYER_NORMALIZATION_GRADIENT = "LayerNormalizationGradient";

  private DistillDomain() {}
}
