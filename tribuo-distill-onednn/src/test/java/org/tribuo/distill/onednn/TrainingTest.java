package org.tribuo.distill.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.onednn.EncoderTraining.Result;

/** Trainings whose products are of bfloat16, or of float32 where the processor has none. */
class TrainingTest {
  private static final EncoderTraining TINY = EncoderTraining.of(2, 32, 2, 8, 5, 9, 16, 9, 12, 5);

  private static Device bfloat16(int threads) {
    return Device.cpu(threads).withPrecision(Precision.BFLOAT16_PRODUCTS);
  }

  @Test
  void theLossesAreThoseOfFloat32UpToRounding() {
    List<Float> expected = TINY.train(Device.cpu(1)).losses();
    List<Float> losses = TINY.train(bfloat16(1)).losses();

    for (int step = 0; step < expected.size(); step++) {
      assertThat(losses.get(step)).isCloseTo(expected.get(step), within(1e-3f));
    }
    if (new OneDnnOperators().isActive()) {
      assertThat(losses).isNotEqualTo(expected);
    } else {
      assertThat(losses).isEqualTo(expected);
    }
  }

  @Test
  void theLossAfterAHundredStepsIsThatOfFloat32() {
    int[] lengths = new SplittableRandom(3).ints(100, 4, 20).toArray();
    EncoderTraining training = EncoderTraining.of(2, 48, 6, 8, lengths);
    float expected = training.train(Device.cpu(1)).losses().get(99);
    float loss = training.train(bfloat16(1)).losses().get(99);

    assertThat(loss).isCloseTo(expected, within(1e-3f * expected));
  }

  @Test
  void theBitsAreTheSameInEachRunAndForAnyNumberOfThreads() {
    Result first = TINY.train(bfloat16(1));
    for (int threads : new int[] {1, 2}) {
      Result again = TINY.train(bfloat16(threads));

      assertThat(again.losses()).isEqualTo(first.losses());
      assertThat(again.student().toProto()).isEqualTo(first.student().toProto());
    }
  }

  @Test
  void trainingsAtTheSameTimeDoNotDisturbEachOther() {
    EncoderTraining other = EncoderTraining.of(1, 48, 3, 4, 7, 20, 7, 20);
    Result alone = TINY.train(bfloat16(2));
    Result otherAlone = other.train(bfloat16(2));

    CompletableFuture<Result> beside = CompletableFuture.supplyAsync(() -> TINY.train(bfloat16(2)));
    Result otherBeside = other.train(bfloat16(2));

    assertThat(beside.join().student().toProto()).isEqualTo(alone.student().toProto());
    assertThat(otherBeside.student().toProto()).isEqualTo(otherAlone.student().toProto());
  }
}
