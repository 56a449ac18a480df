package org.tribuo.distill.zoo;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Choices of a seed: sizes, axes and attributes of a construct. */
record Draw(SplittableRandom random) {
  boolean coin() {
    return random.nextBoolean();
  }

  /** From a number to another, both included. */
  int from(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  @SafeVarargs
  final <T> T of(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  <T> T of(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Sizes from 1 to 4. */
  long[] dims(int rank) {
    return LongStream.generate(() -> from(1, 4)).limit(rank).toArray();
  }

  /** An axis, counted from the front or the back. */
  long axis(int rank) {
    return from(-rank, rank - 1);
  }

  /** Some of the axes, counted from the front or the back, in any order; at least one. */
  long[] axes(int rank) {
    int[] order = order(rank);
    return Arrays.stream(order, 0, from(1, rank))
        .mapToLong(axis -> coin() ? axis : axis - rank)
        .toArray();
  }

  /** The numbers from 0 to below another, in any order. */
  int[] order(int count) {
    int[] order = IntStream.range(0, count).toArray();
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = order[i];
      order[i] = order[j];
      order[j] = other;
    }
    return order;
  }

  /** So many numbers from one to another, both included. */
  long[] numbers(int count, int least, int most) {
    return LongStream.generate(() -> from(least, most)).limit(count).toArray();
  }
}
