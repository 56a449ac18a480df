package org.tribuo.distill.transformer.internal;

import java.util.SplittableRandom;
import org.tribuo.distill.graph.Tensor;

/**
 * Draws weights from a normal distribution of mean 0, by the transform of Box and Muller: the same
 * on every platform.
 */
public final class InitialWeights {
  private static final double STANDARD_DEVIATION = 0.02;

  private final SplittableRandom random;

  /**
   * @param seed of all matrices: the same seed gives the same weights
   */
  public InitialWeights(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /**
   * A tensor of any shape, of standard deviation 0.02, as is usual for BERT (Devlin et al. 2019).
   */
  public Tensor tensor(long... dims) {
    return normal(STANDARD_DEVIATION, dims);
  }

  /** A tensor of any shape and another standard deviation. */
  public Tensor normal(double deviation, long... dims) {
    int elements = 1;
    for (long dim : dims) {
      elements = Math.multiplyExact(elements, Math.toIntExact(dim));
    }
    float[] values = new float[elements];
    for (int i = 0; i < values.length; i++) {
      double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
      double angle = 2 * Math.PI * random.nextDouble();
      values[i] = (float) (deviation * radius * StrictMath.cos(angle));
    }
    return Tensor.of(values, dims);
  }
}
