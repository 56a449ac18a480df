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
   * A matrix [rows, columns] of standard deviation 0.02, as is usual for BERT (Devlin et al. 2019).
   */
  public Tensor matrix(long rows, long columns) {
    return matrix(rows, columns, STANDARD_DEVIATION);
  }

  /** A matrix [rows, columns] of another standard deviation. */
  public Tensor matrix(long rows, long columns, double deviation) {
    float[] values = new float[Math.toIntExact(rows * columns)];
    for (int i = 0; i < values.length; i++) {
      double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
      double angle = 2 * Math.PI * random.nextDouble();
      values[i] = (float) (deviation * radius * StrictMath.cos(angle));
    }
    return Tensor.of(values, rows, columns);
  }
}
