package org.tribuo.distill.examples.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.training.TrainingListener;

/** Listens to a distillation for when weights were updated, and a teacher's batches done. */
final class StepTimes implements DistillationListener {
  private final List<Long> updates = new ArrayList<>();
  private final List<Batch> batches = new ArrayList<>();

  private record Batch(int rowsDone, long instant) {
    double rate(Batch before) {
      return (rowsDone - before.rowsDone) / ((instant - before.instant) / 1e9);
    }
  }

  @Override
  public void onSoftTargetProgress(int rowsDone, int rows) {
    batches.add(new Batch(rowsDone, System.nanoTime()));
  }

  @Override
  public TrainingListener stage(String name) {
    return new TrainingListener() {
      @Override
      public void onStep(StepReport report) {
        updates.add(System.nanoTime());
      }
    };
  }

  /** The milliseconds from one update of the weights to the next: the median after some steps. */
  double medianMilliseconds(int warmUp) {
    double[] times =
        IntStream.range(warmUp + 1, updates.size())
            .mapToDouble(i -> (updates.get(i) - updates.get(i - 1)) / 1e6)
            .sorted()
            .toArray();
    return times[times.length / 2];
  }

  /** How many rows the teacher does in a second: the median of its batches after some. */
  double rowsPerSecond(int warmUp) {
    // the first progress is told before any batch
    double[] rates =
        IntStream.range(warmUp + 1, batches.size())
            .mapToDouble(i -> batches.get(i).rate(batches.get(i - 1)))
            .sorted()
            .toArray();
    return rates[rates.length / 2];
  }
}
