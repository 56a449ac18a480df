package org.tribuo.distill.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Tensor;

/** How far each gradient is from the golden one, relative to the golden one's norm. */
record GradientComparison(String worst, double worstError, List<String> failures) {
  private static final double LARGEST_ERROR = 1e-4;

  /** Golden gradients whose norm is this much smaller than the largest count as zero. */
  private static final double NEGLIGIBLE = 1e-6;

  static GradientComparison of(ZooCase zooCase, Map<String, Tensor> gradients) {
    Map<String, Tensor> golden = zooCase.gradients();
    double largest = golden.values().stream().mapToDouble(g -> norm(doubles(g))).max().orElse(0);
    Set<String> zero = zooCase.zeroGradients();
    List<String> failures = new ArrayList<>();
    String worst = "";
    double worstError = 0;
    for (Map.Entry<String, Tensor> entry : golden.entrySet()) {
      String name = entry.getKey();
      double[] expected = doubles(entry.getValue());
      double norm = norm(expected);
      boolean negligible = zero.contains(name) || norm < NEGLIGIBLE * largest;
      double error =
          norm(difference(doubles(gradients.get(name)), expected)) / (negligible ? largest : norm);
      if (error > worstError) {
        worst = name;
        worstError = error;
      }
      if (!(error <= (negligible ? NEGLIGIBLE : LARGEST_ERROR))) {
        failures.add("%s: relative error %.2e, golden norm %.2e".formatted(name, error, norm));
      }
    }
    return new GradientComparison(worst, worstError, failures);
  }

  private static double[] difference(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new AssertionError("%d numbers, expected %d".formatted(a.length, b.length));
    }
    double[] result = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] - b[i];
    }
    return result;
  }

  private static double norm(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  private static double[] doubles(Tensor tensor) {
    float[] floats = tensor.toFloats();
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  @Override
  public String toString() {
    return "%.1e (%s)".formatted(worstError, worst);
  }
}
