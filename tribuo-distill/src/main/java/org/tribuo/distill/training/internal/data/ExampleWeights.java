package org.tribuo.distill.training.internal.data;

import java.util.List;
import java.util.Locale;
import org.tribuo.Example;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.task.internal.TensorRows;

/**
 * How much each example of a dataset counts beside the others, as Tribuo's {@link
 * Example#getWeight} says: only ratios matter. An example of weight 0 is left out.
 */
public final class ExampleWeights {
  private final float[] relative;
  private final float smallest;
  private final float largest;

  private ExampleWeights(float[] relative, float smallest, float largest) {
    this.relative = relative;
    this.smallest = smallest;
    this.largest = largest;
  }

  /**
   * Those that examples have.
   *
   * @throws IllegalArgumentException if one is negative or not finite, or all are 0; the message
   *     says which example
   */
  public static ExampleWeights of(List<? extends Example<?>> examples) {
    float[] weights = new float[examples.size()];
    float smallest = Float.POSITIVE_INFINITY;
    float largest = 0;
    for (int i = 0; i < weights.length; i++) {
      float weight = examples.get(i).getWeight();
      if (!(weight >= 0 && Float.isFinite(weight))) {
        throw new ExampleException(
            i, "has the weight %s, expected a finite number of 0 or more".formatted(weight));
      }
      weights[i] = weight;
      smallest = weight > 0 ? Math.min(smallest, weight) : smallest;
      largest = Math.max(largest, weight);
    }
    if (largest == 0) {
      throw new IllegalArgumentException(
          "All %d examples have the weight 0, which leaves them out; expected one that counts"
              .formatted(weights.length));
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= largest;
    }
    return new ExampleWeights(weights, smallest, largest);
  }

  /** Whether an example is not left out. */
  public boolean counts(int example) {
    return relative[example] > 0;
  }

  /** The weight of an example, in proportion to the largest. */
  public float of(int example) {
    return relative[example];
  }

  /** The examples that are left out. */
  public int leftOut() {
    int leftOut = 0;
    for (float weight : relative) {
      leftOut += weight > 0 ? 0 : 1;
    }
    return leftOut;
  }

  /** Whether two examples that count do so differently. */
  public boolean differ() {
    return smallest != largest;
  }

  /** In proportion to the largest weight: FLOAT [examples]. */
  public TensorRows relative() {
    return TensorRows.of(Tensor.of(relative.clone(), relative.length));
  }

  /** The weights of the examples that count, as they were stated. */
  @Override
  public String toString() {
    return differ()
        ? String.format(Locale.ROOT, "from %s to %s", smallest, largest)
        : String.format(Locale.ROOT, "all %s", largest);
  }
}
