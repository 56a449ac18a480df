package org.tribuo.distill.teacher;

import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.tribuo.distill.engine.Engines;

/**
 * Has the soft targets of a teacher: those that are kept are taken from the store, the others are
 * computed and kept. After a kill, or an error, the next run goes on with the rows that are
 * missing, in the same batches. Safe for many threads; two that want the same soft targets run the
 * teacher once.
 *
 * <pre>{@code
 * try (SoftTargetStore store = SoftTargetStore.open(Path.of("soft-targets.mv"))) {
 *   ProducedSoftTargets produced = SoftTargetProducer.into(store).produce(teacher, rows);
 * }
 * }</pre>
 *
 * @param store where soft targets are kept
 * @param limits of a batch; empty for those that suit the teacher's provider
 * @param progress is told how far the teacher has come
 */
public record SoftTargetProducer(
    SoftTargetStore store, Optional<BatchLimits> limits, SoftTargetProgress progress) {
  public static SoftTargetProducer into(SoftTargetStore store) {
    return new SoftTargetProducer(store, Optional.empty(), SoftTargetProgress.SILENT);
  }

  /** The same with other batches. */
  public SoftTargetProducer withLimits(BatchLimits other) {
    return new SoftTargetProducer(store, Optional.of(other), progress);
  }

  /** The same, told to another listener. */
  public SoftTargetProducer withProgress(SoftTargetProgress other) {
    return new SoftTargetProducer(store, limits, other);
  }

  /**
   * The teacher's logits for every row.
   *
   * @throws IllegalArgumentException if there are no rows
   * @throws TeacherException if the rows do not fit the teacher's inputs, or the teacher fails;
   *     what was computed before is kept
   * @throws SoftTargetStoreException if the store cannot be read or written, or holds these soft
   *     targets for other labels
   */
  public ProducedSoftTargets produce(Teacher teacher, TeacherInputs inputs) {
    if (inputs.rows() < 1) {
      throw new IllegalArgumentException(
          "There are %d rows to ask the teacher about, expected at least 1"
              .formatted(inputs.rows()));
    }
    teacher.checkInputNames(inputs.inputNames());
    SoftTargetKey key = teacher.keyFor(inputs);
    ReentrantLock lock = store.lock(key);
    lock.lock();
    try {
      return new Run(teacher, inputs, key).produce();
    } finally {
      lock.unlock();
    }
  }

  /** One call of {@link #produce}. */
  private final class Run {
    private final long startNanos = System.nanoTime();
    private final Teacher teacher;
    private final TeacherInputs inputs;
    private final BatchLimits batchLimits;
    private final SoftTargetHeader header;
    private final BlockLayout layout;
    private int rowsDone;

    Run(Teacher teacher, TeacherInputs inputs, SoftTargetKey key) {
      this.teacher = teacher;
      this.inputs = inputs;
      this.batchLimits = limits.orElseGet(() -> BatchLimits.defaultFor(key.provider()));
      this.header =
          store.begin(key, teacher.labels(), inputs.rows(), Engines.inference().version());
      this.layout = header.layout();
    }

    ProducedSoftTargets produce() {
      BitSet missing = missingStretches();
      int reusedRows = rowsDone;
      progress.rows(rowsDone, layout.rows());
      missing.stream().forEach(stretch -> store.putStretch(header, stretch, compute(stretch)));
      SoftTargetHeader kept = header.complete() ? header : store.complete(header);
      Duration duration = Duration.ofNanos(System.nanoTime() - startNanos);
      return new ProducedSoftTargets(
          new SoftTargets(store, kept),
          new TeacherRun(reusedRows, rowsDone - reusedRows, duration));
    }

    private BitSet missingStretches() {
      BitSet missing = new BitSet(layout.stretches());
      for (int stretch = 0; stretch < layout.stretches(); stretch++) {
        if (store.hasStretch(header, stretch)) {
          rowsDone += layout.to(stretch) - layout.from(stretch);
        } else {
          missing.set(stretch);
        }
      }
      return missing;
    }

    private float[] compute(int stretch) {
      int from = layout.from(stretch);
      int to = layout.to(stretch);
      float[] values = new float[(to - from) * layout.width()];
      BitSet filled = new BitSet(to - from);
      for (TeacherBatch batch : inputs.batches(from, to, batchLimits)) {
        float[] logits = teacher.logits(batch).toFloats();
        for (int i = 0; i < batch.rows().length; i++) {
          int row = batch.rows()[i];
          checkExpected(row, from, to, filled);
          filled.set(row - from);
          System.arraycopy(
              logits, i * layout.width(), values, (row - from) * layout.width(), layout.width());
        }
        rowsDone += batch.rows().length;
        progress.rows(rowsDone, layout.rows());
      }
      if (filled.cardinality() < to - from) {
        throw new TeacherException(
            "The batches for rows %d to %d leave out row %d; each row must be in one batch"
                .formatted(from, to - 1, from + filled.nextClearBit(0)));
      }
      return values;
    }

    private static void checkExpected(int row, int from, int to, BitSet filled) {
      if (row < from || row >= to || filled.get(row - from)) {
        throw new TeacherException(
            "The batches for rows %d to %d hold row %d %s; each row must be in one batch"
                .formatted(from, to - 1, row, row < from || row >= to ? "too" : "twice"));
      }
    }
  }
}
