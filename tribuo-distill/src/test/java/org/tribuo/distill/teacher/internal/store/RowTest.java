package org.tribuo.distill.teacher.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RowTest {
  private static final Row ALL = Row.of(2, new float[] {1, 4, 2, 3, 0, 0, -1, 5});

  @Test
  void theTailIsTheLogarithmOfTheSumOfAllOthers() {
    Row two = ALL.largest(2, 4);
    assertThat(two.logits()).containsExactly(4, 3, 5, 0);
    assertThat(two.longClasses()).containsExactly(1, 3, 3, 0);
    assertThat(two.tails()[0])
        .isCloseTo((float) Math.log(Math.exp(1) + Math.exp(2)), within(1e-6f));
    assertThat(two.tails()[1])
        .isCloseTo((float) Math.log(Math.exp(0) + Math.exp(-1)), within(1e-6f));
  }

  @Test
  void fewerOfTheLargestHaveTheSameTailAsIfChosenAtOnce() {
    assertThat(ALL.largest(3, 4).largest(1, 3).tails()[0])
        .isCloseTo(ALL.largest(1, 4).tails()[0], within(1e-6f));
    assertThat(ALL.largest(4, 4).largest(2, 4).tails()[1])
        .isCloseTo(ALL.largest(2, 4).tails()[1], within(1e-6f));
  }

  @Test
  void whereAllAreChosenTheTailHasNoProbability() {
    assertThat(ALL.largest(4, 4).tails()).containsExactly(-1e30f, -1e30f);
  }
}
