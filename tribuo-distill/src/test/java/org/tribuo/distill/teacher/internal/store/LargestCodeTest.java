package org.tribuo.distill.teacher.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LargestCodeTest {
  private static Row coded(Row row, int vectors) {
    byte[] bytes = LargestCode.encode(row.logits(), Objects.requireNonNull(row.chosen()), vectors);
    ByteBuffer read = ByteBuffer.wrap(bytes);
    int count = row.logits().length / vectors;
    Row decoded = LargestCode.decode(read, row.length(), vectors, count);
    assertThat(read.remaining()).isZero();
    return decoded.largest(count, count);
  }

  /** What float32 rounds, and half a step: of 1/128 below a distance of 1/2, of 1/16 from 2 on. */
  private static float halfStep(float logit, float largest) {
    float distance = largest - logit;
    float steps = distance < .5 ? 128 : distance < 1 ? 64 : distance < 2 ? 32 : 16;
    return .5f / steps + 1e-5f + 1e-6f * Math.abs(logit);
  }

  private static float[] gaussian(int count, double deviation, SplittableRandom random) {
    float[] logits = new float[count];
    for (int i = 0; i < count; i++) {
      logits[i] = (float) (random.nextGaussian() * deviation);
    }
    return logits;
  }

  @Test
  void whatIsReadIsWhatWasWritten() {
    SplittableRandom random = new SplittableRandom(20261130);
    for (int run = 0; run < 300; run++) {
      int columns = 1 + random.nextInt(random.nextBoolean() ? 6 : 3000);
      int vectors = 1 + random.nextInt(4);
      int k = 1 + random.nextInt(Math.min(columns, 150));
      float[] logits = gaussian(vectors * columns, Math.exp(random.nextDouble(-6, 5)), random);
      Row largest = Row.of(vectors, logits).largest(k, columns);
      Row read = coded(largest, vectors);
      String what = "run " + run;
      assertThat(read.logits()).as(what).containsExactly(largest.logits());
      assertThat(classes(read)).as(what).containsExactly(classes(largest));
      assertThat(read.tails()).as(what).containsExactly(largest.tails());
      for (int i = 0; i < largest.logits().length; i++) {
        float exact = logits[i / k * columns + classes(largest)[i]];
        float first = largest.logits()[i / k * k];
        assertThat(largest.logits()[i]).as(what).isCloseTo(exact, within(halfStep(exact, first)));
        double error = Math.exp(largest.logits()[i] - first) - Math.exp(exact - first);
        assertThat(error).as(what).isBetween(-.006, .006);
      }
    }
  }

  private static int[] classes(Row row) {
    return Objects.requireNonNull(row.chosen()).classes();
  }

  @Test
  void logitsThatNothingCanBeAreAsFarAsCanBe() {
    float least = -Float.MAX_VALUE;
    float[] logits = {Float.NEGATIVE_INFINITY, 3, least, -10_000, 2.5f};
    Row read = coded(Row.of(1, logits).largest(5, 5), 1);
    assertThat(read.logits()).startsWith(3, 2.5f);
    assertThat(read.logits()[2]).isEqualTo(3 - 8192f);
    assertThat(read.logits()[4]).isEqualTo(3 - 8192f);
    assertThat(classes(read)).startsWith(1, 4);
  }

  @Test
  void theLastOfAMillionClassesIsKept() {
    Row.Chosen chosen = new Row.Chosen(new int[] {999_999, 0}, new float[] {-4});
    Row read = coded(new Row(1, new float[] {2, 2}, chosen), 1);
    assertThat(classes(read)).containsExactly(0, 999_999);
    assertThat(read.logits()).containsExactly(2, 2);
  }

  /** The tails of distributions such as language models have, 128 of each. */
  @ParameterizedTest
  @CsvSource({
    "6000, 3, 220",
    "32000, 3, 255",
    "50257, 2, 265",
    "50257, 3, 265",
    "151936, 3, 290",
    "256000, 1, 300",
    "256000, 3, 300"
  })
  void aTokenTakesThreeHundredBytes(int vocabulary, double deviation, int most) {
    SplittableRandom random = new SplittableRandom(7);
    long bytes = 0;
    int tokens = 20;
    for (int token = 0; token < tokens; token++) {
      Row largest = Row.of(1, gaussian(vocabulary, deviation, random)).largest(128, vocabulary);
      bytes +=
          LargestCode.encode(largest.logits(), Objects.requireNonNull(largest.chosen()), 1).length;
    }
    assertThat((double) bytes / tokens).isBetween(200.0, (double) most);
  }
}
