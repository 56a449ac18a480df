package org.tribuo.distill.training.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tribuo.distill.graph.Tensor;

@Timeout(30)
class PrefetchedBatchesTest {
  /** Three batches of one row each; keeps who asked for which. */
  private static class Rows implements TrainingData {
    final List<Integer> made = new CopyOnWriteArrayList<>();
    final List<Thread> makers = new CopyOnWriteArrayList<>();

    @Override
    public int rows() {
      return 3;
    }

    @Override
    public List<int[]> epoch(int epoch) {
      return List.of(new int[] {epoch}, new int[] {epoch + 1}, new int[] {epoch + 2});
    }

    @Override
    public Map<String, Tensor> batch(int[] rows) {
      makers.add(Thread.currentThread());
      made.add(rows[0]);
      return Map.of("row", Tensor.scalar((long) rows[0]));
    }

    @Override
    public long tokens(int[] rows) {
      return rows[0];
    }

    @Override
    public BitSet valuesOf(String input) {
      return new BitSet();
    }
  }

  /** Their second batch takes long. */
  private static final class SlowRows extends Rows {
    final CountDownLatch started = new CountDownLatch(1);

    @Override
    public Map<String, Tensor> batch(int[] asked) {
      if (asked[0] == 1) {
        started.countDown();
        try {
          Thread.sleep(100);
        } catch (InterruptedException e) {
          throw new IllegalStateException("a batch is not interrupted", e);
        }
      }
      return super.batch(asked);
    }
  }

  private static long row(Map<String, Tensor> batch) {
    return batch.get("row").toLongs()[0];
  }

  @Test
  void givesTheBatchesOfTheDataInTheirOrder() {
    try (PrefetchedBatches batches = new PrefetchedBatches(new Rows())) {
      assertThat(batches.rows()).isEqualTo(3);
      for (int epoch = 0; epoch < 3; epoch++) {
        assertThat(batches.epoch(epoch).stream().map(batches::batch).map(b -> row(b)))
            .containsExactly((long) epoch, epoch + 1L, epoch + 2L);
      }
    }
  }

  @Test
  void givesBatchesThatNobodyCouldExpect() {
    try (PrefetchedBatches batches = new PrefetchedBatches(new Rows())) {
      List<int[]> epoch = batches.epoch(0);

      assertThat(row(batches.batch(new int[] {7}))).isEqualTo(7);
      assertThat(row(batches.batch(epoch.get(2)))).isEqualTo(2);
      assertThat(row(batches.batch(epoch.get(0)))).isZero();
      assertThat(row(batches.batch(epoch.get(1)))).isEqualTo(1);
    }
  }

  @Test
  void makesOneBatchAheadAndNoMoreInAThreadOfItsOwn() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    Rows rows =
        new Rows() {
          @Override
          public Map<String, Tensor> batch(int[] asked) {
            Map<String, Tensor> batch = super.batch(asked);
            if (asked[0] == 1) {
              second.countDown();
            }
            return batch;
          }
        };
    try (PrefetchedBatches batches = new PrefetchedBatches(rows)) {
      List<int[]> epoch = batches.epoch(0);
      batches.batch(epoch.get(0));

      assertThat(second.await(10, TimeUnit.SECONDS)).as("the second is made ahead").isTrue();
      assertThat(rows.made).containsExactly(0, 1);
      assertThat(rows.makers).doesNotContain(Thread.currentThread());

      batches.batch(epoch.get(1));
      batches.batch(epoch.get(2));
      assertThat(rows.made).as("each once").containsExactly(0, 1, 2);
    }
    assertThat(rows.makers.stream().distinct()).hasSize(1);
    rows.makers.get(0).join();
  }

  @Test
  void whoAsksForABatchGetsTheExceptionOfItsThread() {
    Rows rows =
        new Rows() {
          @Override
          public Map<String, Tensor> batch(int[] asked) {
            if (asked[0] == 1) {
              throw new IllegalArgumentException("the teacher has no row 1");
            }
            return super.batch(asked);
          }
        };
    try (PrefetchedBatches batches = new PrefetchedBatches(rows)) {
      List<int[]> epoch = batches.epoch(0);

      assertThat(row(batches.batch(epoch.get(0)))).isZero();
      assertThatThrownBy(() -> batches.batch(epoch.get(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the teacher has no row 1");
    }
  }

  @Test
  void closingWaitsForTheBatchThatIsMadeAndMayBeDoneTwice() throws Exception {
    SlowRows rows = new SlowRows();
    PrefetchedBatches batches = new PrefetchedBatches(rows);
    List<int[]> epoch = batches.epoch(0);
    batches.batch(epoch.get(0));
    rows.started.await();

    batches.close();
    batches.close();

    assertThat(rows.made).containsExactly(0, 1);
    assertThatThrownBy(() -> batches.batch(epoch.get(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("These batches are closed");
  }

  @Test
  void closingWaitsForItAlsoWhenItIsInterruptedAndSaysSoAfterwards() throws Exception {
    SlowRows rows = new SlowRows();
    PrefetchedBatches batches = new PrefetchedBatches(rows);
    batches.batch(batches.epoch(0).get(0));
    rows.started.await();

    Thread.currentThread().interrupt();
    batches.close();
    List<Integer> madeWhenItReturned = List.copyOf(rows.made);

    assertThat(Thread.interrupted()).as("the interrupt is still there").isTrue();
    assertThat(madeWhenItReturned).containsExactly(0, 1);
  }
}
