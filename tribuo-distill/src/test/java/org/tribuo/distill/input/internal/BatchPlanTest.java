package org.tribuo.distill.input.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchPlanTest {
  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyRowIsInOneBatchAndTheBoundsAreKept(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int longest = random.nextInt(1, 128);
    int[] lengths = random.ints(random.nextInt(0, 500), 1, longest + 1).toArray();
    BatchPlan plan =
        new BatchPlan(
            random.nextInt(1, 40), random.nextInt(longest, 40 * longest), random.nextInt(1, 20));
    for (List<int[]> batches :
        List.of(plan.training(lengths, random), plan.inference(lengths), plan.fewest(lengths))) {
      assertThat(batches.stream().flatMapToInt(Arrays::stream).sorted().toArray())
          .as("seed %d", seed)
          .isEqualTo(IntStream.range(0, lengths.length).toArray());
      assertThat(batches)
          .as("seed %d, lengths %s, %s", seed, Arrays.toString(lengths), plan)
          .allSatisfy(
              batch -> {
                assertThat(batch).hasSizeBetween(1, plan.maxRows());
                assertThat(paddedTokens(batch, lengths)).isLessThanOrEqualTo(plan.maxTokens());
              });
    }
  }

  @Test
  void anEpochDependsOnTheSeedAlone() {
    int[] lengths = new SplittableRandom(1).ints(200, 1, 60).toArray();
    BatchPlan plan = BatchPlan.ofRows(16);
    List<int[]> first = plan.training(lengths, new SplittableRandom(7));
    assertThat(plan.training(lengths, new SplittableRandom(7)))
        .usingRecursiveComparison()
        .isEqualTo(first);
    SplittableRandom random = new SplittableRandom(7);
    plan.training(lengths, random);
    assertThat(plan.training(lengths, random).get(0)).isNotEqualTo(first.get(0));
  }

  @Test
  void likeLengthsGoTogetherInTraining() {
    int[] lengths = new SplittableRandom(2).ints(3200, 1, 65).toArray();
    List<int[]> batches = BatchPlan.ofRows(32).training(lengths, new SplittableRandom(3));
    long padded = batches.stream().mapToLong(batch -> paddedTokens(batch, lengths)).sum();
    assertThat(padded).isLessThan((long) (1.05 * Arrays.stream(lengths).sum()));
    assertThat(batches.stream().map(batch -> lengths[batch[0]]).toList())
        .isNotEqualTo(batches.stream().map(batch -> lengths[batch[0]]).sorted().toList());
  }

  @Test
  void aPoolOfOneBatchIsAPlainShuffle() {
    int[] lengths = new SplittableRandom(2).ints(320, 1, 65).toArray();
    List<int[]> batches = new BatchPlan(32, 32 * 64, 1).training(lengths, new SplittableRandom(3));
    assertThat(batches).hasSize(10).allSatisfy(batch -> assertThat(batch).hasSize(32));
  }

  @Test
  void aRestIsSharedOutWithTheBatchBeforeIt() {
    int[] lengths = new SplittableRandom(4).ints(97, 1, 65).toArray();
    assertThat(BatchPlan.ofRows(32).training(lengths, new SplittableRandom(5)))
        .extracting(batch -> batch.length)
        .containsExactlyInAnyOrder(32, 32, 17, 16);
  }

  @Test
  void aRestThatHasAllTheTokensABatchMayHaveStaysAlone() {
    int[] lengths = {2, 2, 2, 2, 8};
    assertThat(BatchPlan.of(4, 8).training(lengths, new SplittableRandom(5)))
        .extracting(batch -> batch.length)
        .containsExactlyInAnyOrder(4, 1);
  }

  @Test
  void inferenceStartsWithTheLongestRows() {
    assertThat(BatchPlan.of(2, 10).inference(new int[] {2, 9, 5, 3, 5, 1}))
        .containsExactly(new int[] {1}, new int[] {2, 4}, new int[] {3, 0}, new int[] {5});
  }

  @Test
  void mixedLengthsAreCutWhereThatCostsLess() {
    int[] lengths = {9, 60, 9, 60, 9, 9, 9, 9};
    assertThat(BatchPlan.ofRows(8).inference(lengths))
        .containsExactly(new int[] {1, 3}, new int[] {0, 2, 4, 5, 6, 7});
    assertThat(BatchPlan.ofRows(8).inference(new int[] {9, 16, 9, 16, 9, 9}))
        .containsExactly(new int[] {1, 3, 0, 2, 4, 5});
    assertThat(BatchPlan.ofRows(8).fewest(lengths)).hasSize(1);
  }

  @Test
  void rowsOfOneLengthFillTheFirstBatches() {
    int[] lengths = new int[20];
    Arrays.fill(lengths, 3);
    assertThat(BatchPlan.ofRows(8).inference(lengths))
        .usingRecursiveComparison()
        .isEqualTo(BatchPlan.ofRows(8).fewest(lengths));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void noPlanOfFewRowsCostsLess(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] lengths = random.ints(random.nextInt(1, 11), 1, 150).toArray();
    BatchPlan plan = BatchPlan.of(random.nextInt(1, 8), random.nextInt(150, 400));
    int[] sorted = Arrays.stream(lengths).map(length -> -length).sorted().map(n -> -n).toArray();
    long least = Long.MAX_VALUE;
    for (int cuts = 0; cuts < 1 << (sorted.length - 1); cuts++) {
      least = Math.min(least, cost(sorted, cuts, plan));
    }
    long actual =
        plan.inference(lengths).stream().mapToLong(b -> paddedTokens(b, lengths) + 64).sum();
    assertThat(actual).as("seed %d", seed).isEqualTo(least);
  }

  /** What a plan costs, or as much as there can be if a batch is too large. */
  private static long cost(int[] sorted, int cuts, BatchPlan plan) {
    long cost = 0;
    int from = 0;
    for (int to = 1; to <= sorted.length; to++) {
      if (to == sorted.length || (cuts >> (to - 1) & 1) == 1) {
        long tokens = (long) (to - from) * sorted[from];
        if (to - from > plan.maxRows() || tokens > plan.maxTokens()) {
          return Long.MAX_VALUE;
        }
        cost += tokens + 64;
        from = to;
      }
    }
    return cost;
  }

  @Test
  void noRowsAreNoBatches() {
    assertThat(BatchPlan.ofRows(8).inference(new int[0])).isEmpty();
    assertThat(BatchPlan.ofRows(8).training(new int[0], new SplittableRandom(1))).isEmpty();
  }

  @Test
  void withoutBoundsAllRowsAreOneBatch() {
    BatchPlan unbounded = BatchPlan.of(Integer.MAX_VALUE, Integer.MAX_VALUE);
    assertThat(unbounded.inference(new int[] {1, 1, 1}))
        .singleElement()
        .isEqualTo(new int[] {0, 1, 2});
  }

  @Test
  void aRowThatFitsNoBatchIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BatchPlan.of(8, 64).inference(new int[] {12, 65}))
        .withMessage(
            "Row 1 has 65 tokens, expected 1 to 64, the most that a batch may have;"
                + " raise maxTokens or truncate the text");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BatchPlan.ofRows(8).training(new int[] {0}, new SplittableRandom(1)))
        .withMessageStartingWith("Row 0 has 0 tokens");
  }

  @Test
  void boundsBelowOneAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BatchPlan(0, 5, 50))
        .withMessage("maxRows is 0, maxTokens 5 and pool 50, each must be at least 1");
  }

  private static long paddedTokens(int[] batch, int[] lengths) {
    return (long) batch.length * Arrays.stream(batch).map(row -> lengths[row]).max().orElseThrow();
  }
}
