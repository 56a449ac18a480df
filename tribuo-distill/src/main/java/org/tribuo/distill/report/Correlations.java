package org.tribuo.distill.report;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How well predicted numbers follow those that people gave, as pairs of texts are judged by: 1
 * where they rise together, 0 where they do not depend on each other, -1 where one falls as the
 * other rises.
 */
public final class Correlations {
  private Correlations() {}

  /**
   * Pearson's correlation: how nearly the numbers lie on a line.
   *
   * @return from -1 to 1; not a number where one of them does not vary
   * @throws IllegalArgumentException if there are not as many of both, or fewer than two
   */
  public static double pearson(double[] predicted, double[] actual) {
    if (predicted.length != actual.length || actual.length < 2) {
      throw new IllegalArgumentException(
          "There are %d predicted and %d actual numbers, expected the same number, and two or more"
              .formatted(predicted.length, actual.length));
    }
    double meanPredicted = Arrays.stream(predicted).average().orElseThrow();
    double meanActual = Arrays.stream(actual).average().orElseThrow();
    double product = 0;
    double ofPredicted = 0;
    double ofActual = 0;
    for (int i = 0; i < actual.length; i++) {
      double x = predicted[i] - meanPredicted;
      double y = actual[i] - meanActual;
      product += x * y;
      ofPredicted += x * x;
      ofActual += y * y;
    }
    return product / (Math.sqrt(ofPredicted) * Math.sqrt(ofActual));
  }

  /**
   * Spearman's correlation: that of the ranks, so that the order of the numbers alone counts. Equal
   * numbers share the mean of their ranks.
   *
   * @return from -1 to 1; not a number where one of them does not vary, or has something that is
   *     not a number
   * @throws IllegalArgumentException if there are not as many of both, or fewer than two
   */
  public static double spearman(double[] predicted, double[] actual) {
    boolean areNumbers =
        Stream.of(predicted, actual).flatMapToDouble(Arrays::stream).noneMatch(Double::isNaN);
    return areNumbers ? pearson(ranks(predicted), ranks(actual)) : Double.NaN;
  }

  private static double[] ranks(double[] values) {
    Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    double[] ranks = new double[values.length];
    int from = 0;
    while (from < order.length) {
      int to = from + 1;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + to - 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }
}
