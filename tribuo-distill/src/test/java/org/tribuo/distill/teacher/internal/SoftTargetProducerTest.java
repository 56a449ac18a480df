package org.tribuo.distill.teacher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.teacher.internal.store.SoftTargetBatch;
import org.tribuo.distill.teacher.internal.store.SoftTargetStore;
import org.tribuo.distill.teacher.internal.store.SoftTargets;
import org.tribuo.distill.teacher.store.SoftTargetStoreException;
import org.tribuo.distill.teacher.store.SoftTargetStoreException.Reason;

class SoftTargetProducerTest {
  private static final int WIDTH = 5;
  private static final TinyRows ROWS = TinyRows.random(5000, 1);

  @TempDir Path folder;

  @Test
  void runsTheTeacherOnceAndFindsItsSoftTargetsAgain() throws IOException {
    SoftTargetProducer producer =
        SoftTargetProducer.into(SoftTargetStore.in(folder.resolve("targets")));
    try (Teacher teacher = teacher()) {
      ProducedSoftTargets first = producer.produce(teacher, ROWS);

      assertThat(first.run().ranTeacher()).isTrue();
      assertThat(first.run().computedRows()).isEqualTo(5000);
      assertThat(first.run().reusedRows()).isZero();
      assertThat(first.run().rowsPerSecond()).isPositive();
      assertHoldsTheTeachersLogits(first);

      ProducedSoftTargets second = producer.produce(teacher, ROWS);
      assertThat(second.run().ranTeacher()).isFalse();
      assertThat(second.run().reusedRows()).isEqualTo(5000);
      assertThat(second.run().rowsPerSecond()).isZero();
      assertThat(second.softTargets().key()).isEqualTo(teacher.keyFor(ROWS));
      assertThat(second.softTargets().columns()).isEqualTo(teacher.labels().names());
      assertThat(second.softTargets().runtimeVersion()).startsWith("1.");
      assertHoldsTheTeachersLogits(second);
    }
  }

  @Test
  void otherRowsAreOtherSoftTargets() throws IOException {
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.temporary()) {
      TinyRows others = TinyRows.random(30, 2);
      SoftTargetProducer producer = SoftTargetProducer.into(store);
      close(producer.produce(teacher, ROWS));

      assertThat(close(producer.produce(teacher, others)).computedRows()).isEqualTo(30);
      assertThat(close(producer.produce(teacher, ROWS)).reusedRows()).isEqualTo(5000);
    }
  }

  @Test
  void anErrorKeepsWhatWasComputedAndTheNextRunGoesOnInTheSameBatches() throws IOException {
    BatchLimits limits = new BatchLimits(100, 1000);
    List<List<Integer>> whole = new ArrayList<>();
    List<List<Integer>> resumed = new ArrayList<>();
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.temporary();
        SoftTargetStore other = SoftTargetStore.temporary()) {
      close(inBatches(other, limits).produce(teacher, recording(ROWS, whole, Integer.MAX_VALUE)));

      SoftTargetProducer producer = inBatches(store, limits);
      assertThatThrownBy(() -> producer.produce(teacher, recording(ROWS, resumed, 43)))
          .hasMessage("the power went off");
      assertThat(resumed).hasSize(43);

      List<Integer> progress = new ArrayList<>();
      ProducedSoftTargets produced =
          producer
              .withProgress((done, rows) -> progress.add(done))
              .produce(teacher, recording(ROWS, new ArrayList<>(), Integer.MAX_VALUE));
      int kept = resumed.stream().mapToInt(List::size).sum();
      assertThat(kept).isBetween(4096, 4299);
      assertThat(produced.run().reusedRows()).isEqualTo(kept);
      assertThat(produced.run().computedRows()).isEqualTo(5000 - kept);
      assertThat(progress).startsWith(kept).endsWith(5000).isSorted();
      assertThat(progress.size() - 1 + resumed.size()).isEqualTo(whole.size());
      assertHoldsTheTeachersLogits(produced);
    }
  }

  @Test
  void keepsWhatIsSaidOfEachToken() throws IOException {
    try (Teacher teacher = perToken();
        SoftTargetStore store = SoftTargetStore.temporary();
        SoftTargets targets = SoftTargetProducer.into(store).produce(teacher, ROWS).softTargets()) {
      assertThat(targets.shape()).hasToString("[tokens, 5]");
      int[] rows = {17, 4999, 3};
      int longest = IntStream.of(rows).map(row -> ROWS.sequences().get(row).length).max().orElse(0);
      SoftTargetBatch batch = targets.batch(rows);
      assertThat(batch.logits().dims()).containsExactly(3, longest, 5);
      float[] logits = batch.logits().toFloats();
      for (int i = 0; i < rows.length; i++) {
        int[] tokens = ROWS.sequences().get(rows[i]);
        for (int position = 0; position < longest; position++) {
          int at = (i * longest + position) * WIDTH;
          assertThat(Arrays.copyOfRange(logits, at, at + WIDTH))
              .containsExactly(
                  position < tokens.length
                      ? TinyTeacher.expectedLogits(new int[] {tokens[position]}, WIDTH)
                      : new float[WIDTH]);
        }
      }
    }
  }

  @Test
  void keepsTheLargestAloneUnlessAllAreKept() throws IOException {
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.temporary();
        SoftTargetStore other = SoftTargetStore.temporary()) {
      OptionalInt two = OptionalInt.of(2);
      SoftTargetProducer producer = SoftTargetProducer.into(store);
      try (SoftTargets largest = producer.produce(teacher, ROWS, two).softTargets()) {
        assertThat(largest.key()).isEqualTo(teacher.keyFor(ROWS).withLargest(2));
        assertThat(close(producer.produce(teacher, ROWS, two)).ranTeacher()).isFalse();
        assertThat(close(producer.produce(teacher, ROWS)).ranTeacher()).isTrue();

        SoftTargetProducer ofAll = SoftTargetProducer.into(other);
        close(ofAll.produce(teacher, ROWS));
        ProducedSoftTargets chosen = ofAll.produce(teacher, ROWS, two);
        assertThat(chosen.run().ranTeacher()).isFalse();
        int[] all = IntStream.range(0, 5000).toArray();
        SoftTargetBatch expected = largest.batch(all);
        SoftTargetBatch batch = chosen.softTargets().batch(all);
        assertThat(batch.logits().toFloats()).containsExactly(expected.logits().toFloats());
        assertThat(batch.classes().orElseThrow().toLongs())
            .containsExactly(expected.classes().orElseThrow().toLongs());
        assertThat(batch.tails().orElseThrow().toFloats())
            .containsExactly(expected.tails().orElseThrow().toFloats(), within(1e-4f));
        chosen.softTargets().close();
      }
    }
  }

  /** Other windows would be other batches, and so other last bits of the logits. */
  @Test
  void rowsOfSeventySevenColumnsArePutIntoBatchesInWindowsOf1700() throws IOException {
    TinyRows rows = TinyRows.random(2000, 3);
    List<String> windows = new ArrayList<>();
    TeacherInputs inputs =
        new Given(rows, List.of()) {
          @Override
          public Iterable<TeacherBatch> batches(int from, int to, BatchLimits limits) {
            windows.add(from + " to " + to);
            return rows.batches(from, to, limits);
          }
        };
    Path file = TinyTeacher.write(folder.resolve("wide.onnx"), 77);
    try (Teacher teacher = Teacher.open(TeacherSettings.of(file, TinyTeacher.labels(77)));
        SoftTargetStore store = SoftTargetStore.temporary()) {
      close(SoftTargetProducer.into(store).produce(teacher, inputs));
    }
    assertThat(windows).containsExactly("0 to 1700", "1700 to 2000");
  }

  private static SoftTargetProducer inBatches(SoftTargetStore store, BatchLimits limits) {
    return new SoftTargetProducer(store, Optional.of(limits), SoftTargetProgress.SILENT);
  }

  @Test
  void batchesKeepTheirLimits() throws IOException {
    List<List<Integer>> batches = new ArrayList<>();
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.temporary()) {
      close(
          inBatches(store, new BatchLimits(7, 1000))
              .produce(teacher, recording(ROWS, batches, Integer.MAX_VALUE)));

      assertThat(batches).allMatch(rows -> rows.size() <= 7);
    }
  }

  @Test
  void twoThreadsThatWantTheSameRunTheTeacherOnce() throws IOException {
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.temporary()) {
      int computed =
          IntStream.range(0, 4)
              .parallel()
              .map(i -> close(SoftTargetProducer.into(store).produce(teacher, ROWS)).computedRows())
              .sum();

      assertThat(computed).isEqualTo(5000);
    }
  }

  @Test
  void anotherLabelOrderForTheSameSoftTargetsIsAnError() throws IOException {
    Path file = TinyTeacher.write(folder.resolve("teacher.onnx"), 2);
    TeacherSettings settings = TeacherSettings.of(file, LabelOrder.of("no", "yes"));
    TeacherSettings swapped = TeacherSettings.of(file, LabelOrder.of("yes", "no"));
    try (SoftTargetStore store = SoftTargetStore.temporary();
        Teacher teacher = Teacher.open(settings);
        Teacher other = Teacher.open(swapped)) {
      close(SoftTargetProducer.into(store).produce(teacher, ROWS));

      assertThatThrownBy(() -> SoftTargetProducer.into(store).produce(other, ROWS))
          .isInstanceOfSatisfying(
              SoftTargetStoreException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.DISAGREES))
          .hasMessageContaining(
              "holds these soft targets with the label order [no, yes], now it is [yes, no]; if what is kept is wrong, delete its file and run again");
    }
  }

  @Test
  void noRowsAreAnError() throws IOException {
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.temporary()) {
      assertThatThrownBy(
              () -> SoftTargetProducer.into(store).produce(teacher, new TinyRows(List.of())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("There are 0 rows to run the teacher over, expected at least 1");
    }
  }

  @Test
  void batchesThatLeaveOutRepeatOrAddRowsAreAnError() throws IOException {
    TinyRows four = new TinyRows(ROWS.sequences().subList(0, 4));
    assertBatchesFail(four, List.of(four.batch(0, 1, 3)), "leave out row 2");
    assertBatchesFail(four, List.of(four.batch(0, 1), four.batch(1, 2, 3)), "hold row 1 twice");
    TinyRows three = new TinyRows(four.sequences().subList(0, 3));
    assertBatchesFail(three, List.of(four.batch(0, 1, 2, 3)), "hold row 3 too");
  }

  @Test
  void inputsThatTheTeacherDoesNotTakeAreAnErrorBeforeTheTeacherRuns() throws IOException {
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.temporary()) {
      TeacherInputs inputs =
          new Given(ROWS, List.of()) {
            @Override
            public Set<String> inputNames() {
              return Set.of("input_ids", "pixel_values");
            }
          };
      assertThatThrownBy(() -> SoftTargetProducer.into(store).produce(teacher, inputs))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("missing [attention_mask], unexpected [pixel_values]");
    }
  }

  @Test
  void batchLimitsBelowOneAreAnError() {
    assertThatThrownBy(() -> new BatchLimits(0, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Batch limits of 0 rows and 5 tokens, expected at least 1 of each");
  }

  private void assertBatchesFail(TinyRows rows, List<TeacherBatch> batches, String message)
      throws IOException {
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.temporary()) {
      assertThatThrownBy(
              () -> SoftTargetProducer.into(store).produce(teacher, new Given(rows, batches)))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining(message);
    }
  }

  private Teacher teacher() throws IOException {
    return Teacher.open(
        TeacherSettings.of(
            TinyTeacher.write(folder.resolve("teacher.onnx"), WIDTH), TinyTeacher.labels(WIDTH)));
  }

  /** A teacher of each token. */
  private Teacher perToken() throws IOException {
    var model = TinyTeacher.model(WIDTH);
    model
        .getGraphBuilder()
        .addOutput(TinyTeacher.value("kept", ElementType.FLOAT, "batch", "sequence", WIDTH));
    Path file = TinyTeacher.write(folder.resolve("per-token.onnx"), model);
    return Teacher.open(
        TeacherSettings.of(file, TinyTeacher.labels(WIDTH)).withRows(RowShape.perToken(WIDTH)));
  }

  private static TeacherRun close(ProducedSoftTargets produced) {
    produced.softTargets().close();
    return produced.run();
  }

  private static void assertHoldsTheTeachersLogits(ProducedSoftTargets produced) {
    try (SoftTargets targets = produced.softTargets()) {
      assertThat(targets.rows()).isEqualTo(ROWS.rows());
      for (int row = 0; row < targets.rows(); row++) {
        float[] expected = TinyTeacher.expectedLogits(ROWS.sequences().get(row), WIDTH);
        assertThat(Arrays.equals(targets.batch(row).logits().toFloats(), expected))
            .as("row %d is right", row)
            .isTrue();
      }
    }
  }

  /** The same batches, noted down; fails when there have been so many. */
  private static TeacherInputs recording(
      TinyRows rows, List<List<Integer>> batches, int failingBatch) {
    return new Given(rows, List.of()) {
      @Override
      public Iterable<TeacherBatch> batches(int from, int to, BatchLimits limits) {
        Iterator<TeacherBatch> planned = rows.batches(from, to, limits).iterator();
        return () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return planned.hasNext();
              }

              @Override
              public TeacherBatch next() {
                if (batches.size() >= failingBatch) {
                  throw new IllegalStateException("the power went off");
                }
                TeacherBatch batch = planned.next();
                batches.add(IntStream.of(batch.rows()).boxed().toList());
                return batch;
              }
            };
      }
    };
  }

  /** Rows whose batches are given. */
  private static class Given implements TeacherInputs {
    private final TinyRows rows;
    private final List<TeacherBatch> batches;

    Given(TinyRows rows, List<TeacherBatch> batches) {
      this.rows = rows;
      this.batches = batches;
    }

    @Override
    public int rows() {
      return rows.rows();
    }

    @Override
    public Set<String> inputNames() {
      return rows.inputNames();
    }

    @Override
    public String sha256() {
      return rows.sha256();
    }

    @Override
    public Iterable<TeacherBatch> batches(int from, int to, BatchLimits limits) {
      return batches;
    }
  }
}
