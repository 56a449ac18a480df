package org.tribuo.distill.zoo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/** How far each gradient is from the golden one, relative to the golden one's norm. */
record GradientComparison(String worst, double worstError, List<String> failures) {
  private static final double LARGEST_ERROR = 1e-4;

  /** Golden gradients whose norm is this much smaller than the largest count as zero. */
  private static final double NEGLIGIBLE = 1e-6;

  static GradientComparison of(
      ZooCase zooCase, Map<String, Value> gradients, Map<String, Tensor> results) {
    Map<String, double[]> ours = new LinkedHashMap<>();
    gradients.forEach((name, value) -> ours.put(name, doubles(results.get(value.name()))));
    Map<String, Tensor> golden = zooCase.gradients();
    zooCase.tiedGroups().forEach(group -> sum(group, ours, golden));

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
      double error = norm(difference(ours.get(name), expected)) / (negligible ? largest : norm);
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

  /** Replaces the gradients of tied initializers by their sum, each in its own layout. */
  private static void sum(
      ZooCase.Tied group, Map<String, double[]> ours, Map<String, Tensor> golden) {
    List<String> names = group.initializers();
    double[] total = new double[ours.get(names.get(0)).length];
    for (int i = 0; i < names.size(); i++) {
      double[] own = ours.get(names.get(i));
      double[] part =
          group.transposed().get(i) ? transposed(own, golden.get(names.get(i)).dims()) : own;
      for (int k = 0; k < total.length; k++) {
        total[k] += part[k];
      }
    }
    for (int i = 0; i < names.size(); i++) {
      long[] dims = golden.get(names.get(i)).dims();
      ours.put(
          names.get(i),
          group.transposed().get(i) ? transposed(total, new long[] {dims[1], dims[0]}) : total);
    }
  }

  private static double[] transposed(double[] matrix, long[] dims) {
    int rows = (int) dims[0];
    int columns = (int) dims[1];
    double[] result = new double[matrix.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[c * rows + r] = matrix[r * columns + c];
      }
    }
    return result;
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
