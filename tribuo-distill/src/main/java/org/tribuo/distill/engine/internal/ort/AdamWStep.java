package org.tribuo.distill.engine.internal.ort;

import org.tribuo.distill.engine.internal.AdamW;

/**
 * An update of some numbers, rounded as ONNX Runtime's AdamWOptimizer rounds. The loops are plain
 * and over arrays, so that the JVM compiles them to vector instructions.
 *
 * @param correction1 1 - β₁ to the power of the step
 * @param correction2 1 - β₂ to the power of the step
 * @param excess the part of each gradient that clipping takes away
 */
record AdamWStep(
    AdamW rule, float correction1, float correction2, float learningRate, float excess) {
  /**
   * @param step counted from 1
   */
  static AdamWStep of(AdamW rule, long step, float learningRate, float excess) {
    return new AdamWStep(
        rule, correction(rule.beta1(), step), correction(rule.beta2(), step), learningRate, excess);
  }

  private static float correction(float beta, long step) {
    return 1 - (float) Math.pow(beta, step);
  }

  /**
   * Updates the first numbers of some arrays.
   *
   * @param w weights
   * @param g their gradients, which are clipped
   * @param m first moments
   * @param v second moments
   * @param decay whether weight decay shrinks the weights
   */
  void update(float[] w, float[] g, float[] m, float[] v, int length, boolean decay) {
    if (excess != 0) {
      shrink(g, excess, length);
    }
    if (decay) {
      shrink(w, learningRate * rule.weightDecay(), length);
    }
    move(w, g, m, v, length);
  }

  private static void shrink(float[] x, float part, int length) {
    for (int i = 0; i < length; i++) {
      x[i] = x[i] - part * x[i];
    }
  }

  private void move(float[] w, float[] g, float[] m, float[] v, int length) {
    float beta1 = rule.beta1();
    float beta2 = rule.beta2();
    float epsilon = rule.epsilon();
    float rate = learningRate;
    float fresh1 = 1 - beta1;
    float fresh2 = 1 - beta2;
    float biased1 = correction1;
    float biased2 = correction2;
    for (int i = 0; i < length; i++) {
      float first = beta1 * m[i] + fresh1 * g[i];
      float second = beta2 * v[i] + fresh2 * g[i] * g[i];
      float root = (float) Math.sqrt(second / biased2);
      m[i] = first;
      v[i] = second;
      w[i] = w[i] - rate * first / (biased1 * (root + epsilon));
    }
  }
}
