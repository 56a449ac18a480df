package org.tribuo.distill.training.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Tensor;

/** Two classes along two axes, so that what a scale makes of them can be written down. */
class StartingScaleTest {
  private static final Tensor AXES = Tensor.of(new float[] {1, 0, 0, 1}, 2, 2);

  @Test
  void atTheScaleTheMeanProbabilityIsThatOfAStart() {
    StartingScale start = new StartingScale(2, 2);
    start.add(unit(0.2), of(0));
    float scale = start.scale(AXES, 16);
    double difference = scale * (Math.cos(0.2) - Math.sin(0.2));
    assertThat(1 / (1 + Math.exp(-difference))).isEqualTo(StartingScale.PROBABILITY, within(1e-5));
  }

  @Test
  void itIsTheMeanOverAllVectorsOfAnExampleThatHaveAClass() {
    StartingScale start = new StartingScale(2, 2);
    float[] three = new float[6];
    System.arraycopy(unit(0.1), 0, three, 0, 2);
    System.arraycopy(unit(0.7), 0, three, 2, 2);
    System.arraycopy(unit(1.4), 0, three, 4, 2);
    start.add(three, Tensor.of(new long[] {0, -100, 1}, 1, 3));
    float scale = start.scale(AXES, 16);
    double first = 1 / (1 + Math.exp(-scale * (Math.cos(0.1) - Math.sin(0.1))));
    double third = 1 / (1 + Math.exp(-scale * (Math.sin(1.4) - Math.cos(1.4))));
    assertThat((first + third) / 2).isEqualTo(StartingScale.PROBABILITY, within(1e-5));
  }

  @Test
  void lengthsOfColumnsDoNotMatter() {
    StartingScale start = new StartingScale(2, 2);
    start.add(unit(0.2), of(0));
    assertThat(start.scale(Tensor.of(new float[] {3, 0, 0, 0.02f}, 2, 2), 16))
        .isEqualTo(start.scale(AXES, 16));
  }

  @Test
  void whereClassesAreHardToTellApartItIsTheUsualOne() {
    StartingScale start = new StartingScale(2, 2);
    start.add(unit(Math.PI / 4 - 0.01), of(0));
    assertThat(start.scale(AXES, 16)).isEqualTo(16);
    StartingScale wrong = new StartingScale(2, 2);
    wrong.add(unit(0.1), of(1));
    assertThat(wrong.scale(AXES, 16)).isEqualTo(16);
  }

  @Test
  void withoutExamplesOfOneClassEachOrWithOneClassAloneItIsTheUsualOne() {
    StartingScale none = new StartingScale(2, 2);
    assertThat(none.scale(AXES, 16)).isEqualTo(16);
    none.add(unit(0.2), Tensor.of(new float[] {1, 1}, 1, 2));
    none.add(unit(0.2), Tensor.of(new long[] {-1}, 1));
    assertThat(none.scale(AXES, 16)).isEqualTo(16);
    StartingScale one = new StartingScale(2, 1);
    one.add(unit(0.2), of(0));
    assertThat(one.scale(Tensor.of(new float[] {1, 0}, 2, 1), 16)).isEqualTo(16);
  }

  @Test
  void ofManyExamplesAnEvenSelectionIsAsGood() {
    StartingScale few = new StartingScale(2, 2);
    StartingScale many = new StartingScale(2, 2);
    SplittableRandom angles = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      // Sorted by class: what is dropped must not be one of them.
      int label = i < 50_000 ? 0 : 1;
      double angle = (label == 0 ? 0 : 1) * 0.9 + angles.nextDouble() * 0.6;
      many.add(unit(angle), of(label));
      if (i % 50 == 0) {
        few.add(unit(angle), of(label));
      }
    }
    assertThat(many.scale(AXES, 16)).isEqualTo(few.scale(AXES, 16), within(0.05f));
  }

  private static float[] unit(double angle) {
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
  }

  private static Tensor of(long label) {
    return Tensor.of(new long[] {label}, 1);
  }
}
