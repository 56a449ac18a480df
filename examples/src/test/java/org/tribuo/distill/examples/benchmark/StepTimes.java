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

  private record Batch(int rowsDone, long instant) {}

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

  /** How many rows the teacher has done in a second, from its first batch on. */
  double rowsPerSecond() {
    // the first progress is told before any batch
    Batch first = batches.get(1);
    Batch last = batches.get(batches.size() - 1);
    return (last.rowsDone - first.rowsDone) / ((last.instant - first.instant) / 1e9);
  }
}
