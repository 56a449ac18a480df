package org.tribuo.distill.loss;

/**
 * How hard and soft loss are blended at one step.
 *
 * @param alpha the weight of the soft loss, from 0 (labels only) to 1 (teacher only)
 * @param temperature what logits are divided by before the softmax, greater than 0; 1 leaves them
 *     as they are
 */
public record Blend(float alpha, float temperature) {
  public Blend {
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new IllegalArgumentException(
          "alpha is %s, expected a number from 0 (labels only) to 1 (teacher only)"
              .formatted(alpha));
    }
    if (!(temperature > 0 && temperature < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "temperature is %s, expected a finite number greater than 0 (usually 1 to 10)"
              .formatted(temperature));
    }
  }
}
