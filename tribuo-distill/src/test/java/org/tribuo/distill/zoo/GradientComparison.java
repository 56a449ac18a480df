package org.tribuo.distill.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.zoo.ZooCase.GradientTolerance;

/**
 * How far each gradient is from the golden one: its worst entry, as a part of what the case
 * tolerates.
 */
record GradientComparison(String worst, double worstPart, List<String> failures) {
  static GradientComparison of(ZooCase zooCase, Map<String, Tensor> gradients) {
    GradientTolerance tolerance = zooCase.gradientTolerance();
    List<String> failures = new ArrayList<>();
    String worst = "";
    double worstPart = 0;
    for (Map.Entry<String, Tensor> entry : zooCase.gradients().entrySet()) {
      String name = entry.getKey();
      float[] expected = entry.getValue().toFloats();
      double error = largest(difference(gradients.get(name).toFloats(), expected));
      double allowed = tolerance.relative() * largest(expected) + tolerance.absolute();
      if (error / allowed > worstPart) {
        worst = name;
        worstPart = error / allowed;
      }
      if (!(error <= allowed)) {
        failures.add("%s: error %.2e, allowed %.2e".formatted(name, error, allowed));
      }
    }
    return new GradientComparison(worst, worstPart, failures);
  }

  private static float[] difference(float[] a, float... b) {
    if (a.length != b.length) {
      throw new AssertionError("%d numbers, expected %d".formatted(a.length, b.length));
    }
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] - b[i];
    }
    return result;
  }

  /** Not a number counts as largest. */
  private static double largest(float... values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @Override
  public String toString() {
    return "%.1f %% of the tolerance (%s)".formatted(100 * worstPart, worst);
  }
}
