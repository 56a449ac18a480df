package org.tribuo.distill.teacher.internal;

import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.teacher.internal.store.LargestLogits;
import org.tribuo.distill.teacher.internal.store.SoftTargetKey;
import org.tribuo.distill.teacher.internal.store.SoftTargetSpec;
import org.tribuo.distill.teacher.internal.store.SoftTargetStore;
import org.tribuo.distill.teacher.internal.store.SoftTargetWriter;
import org.tribuo.distill.teacher.internal.store.SoftTargets;

/**
 * Has the soft targets of a teacher: those that are kept are taken from the store, the others are
 * computed and kept batch by batch. After a kill, or an error, the next run goes on with the
 * batches that are missing. Safe for many threads; two that want the same soft targets run the
 * teacher once.
 *
 * <pre>{@code
 * SoftTargetStore store = SoftTargetStore.in(Path.of("soft-targets"));
 * ProducedSoftTargets produced = SoftTargetProducer.into(store).produce(teacher, rows);
 * }</pre>
 *
 * @param store where soft targets are kept
 * @param limits of a batch; empty for those that suit the teacher's provider
 * @param progress the listener to the teacher's progress
 */
public record SoftTargetProducer(
    SoftTargetStore store, Optional<BatchLimits> limits, SoftTargetProgress progress) {
  public static SoftTargetProducer into(SoftTargetStore store) {
    return new SoftTargetProducer(store, Optional.empty(), SoftTargetProgress.SILENT);
  }

  /** The same with another listener. */
  public SoftTargetProducer withProgress(SoftTargetProgress other) {
    return new SoftTargetProducer(store, limits, other);
  }

  /**
   * The teacher's logits for every row.
   *
   * @throws IllegalArgumentException if there are no rows
   * @throws TeacherException if the rows do not fit the teacher's inputs, or the teacher fails;
   *     what was computed before is kept
   * @throws org.tribuo.distill.teacher.store.SoftTargetStoreException if the store cannot be read
   *     or written, or holds these soft targets for other labels
   */
  public ProducedSoftTargets produce(SoftTargetSource teacher, TeacherInputs inputs) {
    return produce(teacher, inputs, OptionalInt.empty());
  }

  /**
   * The k largest of the teacher's logits of every row. No others are kept; but where all are kept
   * already, these are read.
   *
   * @param k at least 1, at most the number of labels; empty for all logits
   * @throws RuntimeException as above
   */
  public ProducedSoftTargets produce(
      SoftTargetSource teacher, TeacherInputs inputs, OptionalInt k) {
    if (inputs.rows() < 1) {
      throw new IllegalArgumentException(
          "There are %d rows to run the teacher over, expected at least 1"
              .formatted(inputs.rows()));
    }
    teacher.checkInputNames(inputs.inputNames());
    return new Run(teacher, inputs, k).produce();
  }

  /** One call of {@link #produce}. */
  private final class Run {
    private final long startNanos = System.nanoTime();
    private final SoftTargetSource teacher;
    private final TeacherInputs inputs;
    private final SoftTargetKey key;
    private final OptionalInt k;
    private final BatchLimits batchLimits;

    Run(SoftTargetSource teacher, TeacherInputs inputs, OptionalInt k) {
      this.teacher = teacher;
      this.inputs = inputs;
      this.k = k;
      this.key = teacher.keyFor(inputs);
      this.batchLimits =
          limits.orElseGet(() -> BatchLimits.defaultFor(key.provider()).forLogits(teacher.shape()));
    }

    ProducedSoftTargets produce() {
      Optional<SoftTargets> all = store.find(spec(key));
      if (all.isPresent()) {
        SoftTargets kept = all.get();
        return found(k.isPresent() ? kept.largest(k.getAsInt()) : kept);
      }
      SoftTargetSpec wanted = spec(k.isPresent() ? key.withLargest(k.getAsInt()) : key);
      Optional<SoftTargets> kept = k.isPresent() ? store.find(wanted) : Optional.empty();
      return kept.map(this::found).orElseGet(() -> write(wanted));
    }

    private SoftTargetSpec spec(SoftTargetKey of) {
      return new SoftTargetSpec(of, teacher.labels().names(), inputs.rows(), teacher.shape());
    }

    private ProducedSoftTargets write(SoftTargetSpec wanted) {
      try (SoftTargetWriter writer = store.writer(wanted, teacher.runtime())) {
        int reused = writer.kept();
        progress.rows(reused, inputs.rows());
        int window = Window.rows(wanted.shape());
        for (int from = 0; from < inputs.rows(); from += window) {
          write(writer, from, Math.min(from + window, inputs.rows()));
        }
        return produced(writer.finish(), reused);
      }
    }

    private ProducedSoftTargets found(SoftTargets softTargets) {
      progress.rows(inputs.rows(), inputs.rows());
      return produced(softTargets, inputs.rows());
    }

    private ProducedSoftTargets produced(SoftTargets softTargets, int reused) {
      Duration duration = Duration.ofNanos(System.nanoTime() - startNanos);
      return new ProducedSoftTargets(
          softTargets, new TeacherRun(reused, inputs.rows() - reused, duration, Optional.empty()));
    }

    /** The rows of a window that are missing. */
    private void write(SoftTargetWriter writer, int from, int to) {
      if (IntStream.range(from, to).allMatch(writer::has)) {
        return;
      }
      BitSet filled = new BitSet(to - from);
      for (TeacherBatch batch : inputs.batches(from, to, batchLimits)) {
        Arrays.stream(batch.rows()).forEach(row -> checkExpected(row, from, to, filled));
        if (!Arrays.stream(batch.rows()).allMatch(writer::has)) {
          put(writer, batch);
          progress.rows(writer.kept(), inputs.rows());
        }
      }
      if (filled.cardinality() < to - from) {
        throw new TeacherException(
            "The batches for rows %d to %d leave out row %d; each row must be in one batch"
                .formatted(from, to - 1, from + filled.nextClearBit(0)));
      }
      writer.force();
    }

    private void put(SoftTargetWriter writer, TeacherBatch batch) {
      Optional<List<LargestLogits>> largest =
          k.isPresent() ? largest(batch, k.getAsInt()) : Optional.empty();
      List<float[]> all = largest.isPresent() ? List.of() : teacher.logits(batch);
      for (int i = 0; i < batch.rows().length; i++) {
        int row = batch.rows()[i];
        int length = batch.lengths()[i];
        if (writer.has(row)) {
          continue;
        }
        if (largest.isPresent()) {
          writer.put(row, length, largest.get().get(i));
        } else {
          writer.put(row, length, all.get(i));
        }
      }
    }

    private Optional<List<LargestLogits>> largest(TeacherBatch batch, int count) {
      int columns = teacher.shape().columns();
      return count < columns
          ? teacher.largest(batch, new LargestOf(count, columns))
          : Optional.empty();
    }

    private static void checkExpected(int row, int from, int to, BitSet filled) {
      if (row < from || row >= to || filled.get(row - from)) {
        throw new TeacherException(
            "The batches for rows %d to %d hold row %d %s; each row must be in one batch"
                .formatted(from, to - 1, row, row < from || row >= to ? "too" : "twice"));
      }
      filled.set(row - from);
    }
  }

  /**
   * Consecutive rows that are put into batches together, so that those of similar lengths meet. The
   * batches decide the last bits of the logits: another window is another result.
   */
  private static final class Window {
    private static final int ROWS = 2048;
    private static final int BYTES = 32 * 1024 * 1024;

    /** A window is a whole number of pieces of this size, where rows are smaller. */
    private static final int PIECE_BYTES = 128 * 1024;

    private Window() {}

    /**
     * The number of rows.
     *
     * @param shape of the logits of one; where it is ragged, its shortest counts
     */
    static int rows(RowShape shape) {
      long rowBytes = (long) shape.elements(1) * Float.BYTES;
      long rows = Math.max(1, Math.min(ROWS, BYTES / rowBytes));
      long piece = Math.max(1, Math.min(rows, PIECE_BYTES / rowBytes));
      return (int) (rows - rows % piece);
    }
  }
}
