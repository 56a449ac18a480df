package org.tribuo.distill.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.graph.Tensor;

/** The product against sums in double precision, entry by entry. */
class ProductTest {
  /** What sums in float32 may differ by, of the sum of the magnitudes. */
  private static final double ROUNDING = 3e-6;

  private static final long SEED = 20261128;

  /** Sizes below, at and above those where products are cut; odd ones, and axes to broadcast. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 1       | 1 1",
        "1 384     | 384 77",
        "7 5       | 5 3",
        "255 33    | 33 257",
        "256 64    | 64 256",
        "257 65    | 65 511",
        "300 20    | 20 600",
        "31 1100   | 1100 90",
        "3 5 7     | 7 11",
        "2 3 16 8  | 2 3 8 16",
        "2 3 17 9  | 2 3 9 13",
        "12 12 16 32 | 12 12 32 16",
        "3 100 64  | 3 64 100",
        "2 1 5 6   | 1 4 6 7",
        "4 5 6     | 2 4 6 3",
        "5 6       | 3 6 4",
        "2 3 0 4   | 4 5",
        "0 3 4     | 4 5",
      })
  void isTheSumOfProducts(String sizesOfA, String sizesOfB) throws OrtException {
    long[] a = sizes(sizesOfA);
    long[] b = sizes(sizesOfB);
    for (int form = 0; form < 4; form++) {
      boolean transA = (form & 1) != 0;
      boolean transB = (form & 2) != 0;
      long[] left = transA ? swapped(a) : a;
      long[] right = transB ? swapped(b) : b;
      check(left, transA, right, transB, 0.5f, false, false);
      check(left, transA, right, transB, 1, true, false);
      check(left, transA, right, transB, 1, form == 1, true);
    }
  }

  @Test
  void sumsOverManyRowsAreCutAndFilledUp() throws OrtException {
    for (int rows : new int[] {1, 31, 32, 1024, 1025, 2500}) {
      check(new long[] {rows, 40}, true, new long[] {rows, 50}, false, 1, false, false);
      check(new long[] {rows, 40}, true, new long[] {rows, 50}, false, 0.25f, false, false);
      check(new long[] {rows, 40}, true, new long[] {rows, 50}, false, 1, true, false);
    }
  }

  @Test
  void smallOnesAreThoseOfOnnxRuntime() throws OrtException {
    SplittableRandom random = new SplittableRandom(SEED);
    Tensor a = ProductGraph.random(random, 2, 3, 9, 17);
    Tensor b = ProductGraph.random(random, 2, 3, 9, 13);
    double[] sums = Reference.exactly(a, true, b, false).sums();
    try (ProductGraph product = ProductGraph.withSmallLeft(2, true, false, 0.5f)) {
      float[] numbers = product.run(Map.of("a", a, "b", b)).toFloats();
      for (int i = 0; i < numbers.length; i++) {
        assertThat((double) numbers[i]).isCloseTo(0.5 * sums[i], within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "2, 3"})
  void theBitsAreTheSameForAnyNumberOfThreads(int threads, int others) throws OrtException {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Tensor> inputs =
        Map.of(
            "a", ProductGraph.random(random, 700, 384), "b", ProductGraph.random(random, 384, 500));
    try (ProductGraph some = ProductGraph.of(threads, false, false, 1, false, Optional.empty());
        ProductGraph more = ProductGraph.of(others, false, false, 1, false, Optional.empty())) {
      float[] expected = some.run(inputs).toFloats();
      for (int i = 0; i < 5; i++) {
        assertThat(some.run(inputs).toFloats()).isEqualTo(expected);
        assertThat(more.run(inputs).toFloats()).isEqualTo(expected);
      }
    }
  }

  @Test
  void anErrorInsideReachesTheCaller() throws OrtException {
    SplittableRandom random = new SplittableRandom(SEED);
    try (ProductGraph product = ProductGraph.of(2, false, false, 1, false, Optional.empty())) {
      Map<String, Tensor> unfit =
          Map.of("a", ProductGraph.random(random, 2, 3), "b", ProductGraph.random(random, 4, 5));
      assertThatThrownBy(() -> product.run(unfit))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("Product of [2, 3] and [4, 5]: the sizes do not fit");
      Map<String, Tensor> fit =
          Map.of("a", ProductGraph.random(random, 2, 4), "b", ProductGraph.random(random, 4, 5));
      assertThat(product.run(fit).dims()).containsExactly(2, 5);
    }
  }

  @Test
  void aFactorBesideABiasIsRefused() throws OrtException {
    SplittableRandom random = new SplittableRandom(SEED);
    try (ProductGraph product = ProductGraph.of(1, false, false, 0.5f, true, Optional.empty())) {
      Map<String, Tensor> inputs =
          Map.of(
              "a", ProductGraph.random(random, 2, 3),
              "b", ProductGraph.random(random, 3, 5),
              "bias", ProductGraph.random(random, 5));
      assertThatThrownBy(() -> product.run(inputs))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("Product with a bias and the alpha 0.5, expected 1");
    }
  }

  private static void check(
      long[] a,
      boolean transA,
      long[] b,
      boolean transB,
      float alpha,
      boolean bias,
      boolean constant)
      throws OrtException {
    SplittableRandom random = new SplittableRandom(SEED);
    Tensor left = ProductGraph.random(random, a);
    Tensor right = ProductGraph.random(random, b);
    Map<String, Tensor> inputs = new LinkedHashMap<>(Map.of("a", left));
    if (!constant) {
      inputs.put("b", right);
    }
    Reference reference = Reference.of(left, transA, right, transB);
    Tensor row = ProductGraph.random(random, reference.columns());
    if (bias) {
      inputs.put("bias", row);
    }
    try (ProductGraph product =
        ProductGraph.of(
            2, transA, transB, alpha, bias, constant ? Optional.of(right) : Optional.empty())) {
      Tensor actual = product.run(inputs);
      String what =
          "%s%s x %s%s, alpha %s, bias %s, constant %s, seed %d"
              .formatted(
                  Arrays.toString(a),
                  transA ? "T" : "",
                  Arrays.toString(b),
                  transB ? "T" : "",
                  alpha,
                  bias,
                  constant,
                  SEED);
      assertThat(actual.dims()).as(what).isEqualTo(reference.dims());
      float[] numbers = actual.toFloats();
      float[] added = row.toFloats();
      for (int i = 0; i < numbers.length; i++) {
        double expected = alpha * reference.sums()[i] + (bias ? added[i % added.length] : 0);
        double allowed = alpha * ROUNDING * reference.magnitudes()[i] + 1e-5;
        assertThat(Math.abs(numbers[i] - expected))
            .as("%s: entry %d is %s, expected %s", what, i, numbers[i], expected)
            .isLessThanOrEqualTo(allowed);
      }
    }
  }

  private static long[] sizes(String text) {
    return Arrays.stream(text.strip().split(" +")).mapToLong(Long::parseLong).toArray();
  }

  private static long[] swapped(long[] dims) {
    long[] swapped = dims.clone();
    swapped[dims.length - 1] = dims[dims.length - 2];
    swapped[dims.length - 2] = dims[dims.length - 1];
    return swapped;
  }
}
