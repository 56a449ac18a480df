package org.tribuo.distill.teacher.internal.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The bytes of the largest logits of each vector of a row. The largest one and the tail are kept as
 * they are; of the others the distance from the largest, in the steps of {@link LogitSteps}.
 *
 * <pre>
 * vector:  float32 largest logit, float32 tail, 18 bits for the farthest distance,
 *          2 × 5 bits for the parameters of Rice's codes, elements in the order of their classes
 * element: how many classes were left out before it, how much nearer it is than the farthest,
 *          each in Rice's code
 * </pre>
 *
 * <p>Gaps between classes and distances from the farthest are nearly geometric, for which Rice's
 * code (Rice 1979, JPL 79-22) is within a few hundredths of a bit of the shortest one. The 128
 * largest of 32,000 logits take about 250 bytes, and of 256,000 at most 300, where these are normal
 * with a standard deviation of 1 to 3; which classes they are is two thirds of that, log2 of the
 * binomial coefficient.
 */
final class LargestCode {
  private static final int FARTHEST_BITS = 18;
  private static final int PARAMETER_BITS = 5;
  private static final int MOST_PARAMETER = 30;

  private LargestCode() {}

  /**
   * The bytes of a row.
   *
   * @param vectors how many it has
   */
  static byte[] encode(float[] logits, Row.Chosen chosen, int vectors) {
    BitWriter bits = new BitWriter();
    int count = logits.length / vectors;
    for (int vector = 0; vector < vectors; vector++) {
      int from = vector * count;
      float largest = largest(logits, from, count);
      int[] elements =
          IntStream.range(from, from + count)
              .boxed()
              .sorted(Comparator.comparingInt(i -> chosen.classes()[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      int[] gaps = gaps(Arrays.stream(elements).map(i -> chosen.classes()[i]).toArray());
      int[] distances =
          Arrays.stream(elements).map(i -> LogitSteps.distance(logits[i], largest)).toArray();
      int farthest = Arrays.stream(distances).max().orElseThrow();
      int[] nearer = Arrays.stream(distances).map(distance -> farthest - distance).toArray();
      int ofGaps = parameter(gaps);
      int ofNearer = parameter(nearer);
      bits.write(Float.floatToRawIntBits(largest), Float.SIZE);
      bits.write(Float.floatToRawIntBits(chosen.tails()[vector]), Float.SIZE);
      bits.write(farthest, FARTHEST_BITS);
      bits.write(ofGaps, PARAMETER_BITS);
      bits.write(ofNearer, PARAMETER_BITS);
      for (int i = 0; i < count; i++) {
        bits.writeRice(gaps[i], ofGaps);
        bits.writeRice(nearer[i], ofNearer);
      }
    }
    return bits.toBytes();
  }

  /**
   * A row, the elements of each vector in the order of their classes.
   *
   * @param length of the row
   * @param vectors how many it has
   * @param count how many elements each of them has
   */
  static Row decode(ByteBuffer bytes, int length, int vectors, int count) {
    BitReader bits = new BitReader(bytes);
    float[] logits = new float[vectors * count];
    int[] classes = new int[logits.length];
    float[] tails = new float[vectors];
    for (int vector = 0; vector < vectors; vector++) {
      float largest = Float.intBitsToFloat(bits.read(Float.SIZE));
      tails[vector] = Float.intBitsToFloat(bits.read(Float.SIZE));
      int farthest = bits.read(FARTHEST_BITS);
      int ofGaps = bits.read(PARAMETER_BITS);
      int ofNearer = bits.read(PARAMETER_BITS);
      int before = -1;
      for (int i = vector * count; i < (vector + 1) * count; i++) {
        before += 1 + bits.readRice(ofGaps);
        classes[i] = before;
        int distance = farthest - bits.readRice(ofNearer);
        logits[i] = LogitSteps.at(distance, largest);
      }
    }
    return new Row(length, logits, new Row.Chosen(classes, tails));
  }

  private static float largest(float[] logits, int from, int count) {
    float largest = logits[from];
    for (int i = from; i < from + count; i++) {
      largest = Math.max(largest, logits[i]);
    }
    return largest;
  }

  /** How many classes are left out before each. */
  private static int[] gaps(int... ascending) {
    return IntStream.range(0, ascending.length)
        .map(i -> ascending[i] - (i == 0 ? -1 : ascending[i - 1]) - 1)
        .toArray();
  }

  /** How many lowest bits make the code of some numbers the shortest. */
  private static int parameter(int... numbers) {
    int parameter = 0;
    while (parameter < MOST_PARAMETER && bits(numbers, parameter + 1) < bits(numbers, parameter)) {
      parameter++;
    }
    return parameter;
  }

  private static long bits(int[] numbers, int parameter) {
    long bits = (1L + parameter) * numbers.length;
    for (int number : numbers) {
      bits += number >>> parameter;
    }
    return bits;
  }
}
