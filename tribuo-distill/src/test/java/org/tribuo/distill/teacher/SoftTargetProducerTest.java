package org.tribuo.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.output.LabelOrder;
import org.tribuo.distill.teacher.SoftTargetStoreException.Reason;

class SoftTargetProducerTest {
  private static final int WIDTH = 5;
  private static final TinyRows ROWS = TinyRows.random(5000, 1);

  @TempDir Path folder;

  @Test
  void runsTheTeacherOnceAndFindsItsSoftTargetsAgain() throws IOException {
    try (Teacher teacher = teacher()) {
      try (SoftTargetStore store = SoftTargetStore.open(folder.resolve("targets.mv"))) {
        ProducedSoftTargets first = SoftTargetProducer.into(store).produce(teacher, ROWS);

        assertThat(first.run().ranTeacher()).isTrue();
        assertThat(first.run().computedRows()).isEqualTo(5000);
        assertThat(first.run().reusedRows()).isZero();
        assertThat(first.run().rowsPerSecond()).isPositive();
        assertHoldsTheTeachersLogits(first.softTargets());
      }
      try (SoftTargetStore store = SoftTargetStore.open(folder.resolve("targets.mv"))) {
        ProducedSoftTargets second = SoftTargetProducer.into(store).produce(teacher, ROWS);

        assertThat(second.run().ranTeacher()).isFalse();
        assertThat(second.run().reusedRows()).isEqualTo(5000);
        assertThat(second.run().rowsPerSecond()).isZero();
        assertHoldsTheTeachersLogits(second.softTargets());
        assertThat(second.softTargets().key()).isEqualTo(teacher.keyFor(ROWS));
        assertThat(second.softTargets().labels()).isEqualTo(teacher.labels());
        assertThat(second.softTargets().runtimeVersion()).startsWith("1.");
      }
    }
  }

  @Test
  void otherRowsAreOtherSoftTargets() throws IOException {
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.inMemory()) {
      TinyRows others = TinyRows.random(30, 2);
      SoftTargetProducer producer = SoftTargetProducer.into(store);
      producer.produce(teacher, ROWS);

      assertThat(producer.produce(teacher, others).run().computedRows()).isEqualTo(30);
      assertThat(producer.produce(teacher, ROWS).run().reusedRows()).isEqualTo(5000);
      assertThat(store.contents()).hasSize(2);
    }
  }

  @Test
  void anErrorKeepsWhatWasComputedAndTheNextRunGoesOnInTheSameBatches() throws IOException {
    List<List<Integer>> whole = new ArrayList<>();
    List<List<Integer>> resumed = new ArrayList<>();
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.inMemory();
        SoftTargetStore other = SoftTargetStore.inMemory()) {
      SoftTargetProducer.into(other).produce(teacher, recording(ROWS, whole, Integer.MAX_VALUE));

      SoftTargetProducer producer = SoftTargetProducer.into(store);
      assertThatThrownBy(() -> producer.produce(teacher, recording(ROWS, resumed, 4096)))
          .hasMessage("the power went off");
      assertThat(store.contents().get(0).rowsKept()).isEqualTo(4096);
      assertThat(store.contents().get(0).isComplete()).isFalse();
      assertThat(store.find(teacher.keyFor(ROWS))).isEmpty();

      List<Integer> progress = new ArrayList<>();
      ProducedSoftTargets produced =
          producer
              .withProgress((done, rows) -> progress.add(done))
              .produce(teacher, recording(ROWS, resumed, Integer.MAX_VALUE));
      assertThat(produced.run().reusedRows()).isEqualTo(4096);
      assertThat(produced.run().computedRows()).isEqualTo(904);
      assertThat(progress).startsWith(4096).endsWith(5000).isSorted();
      assertThat(resumed).isEqualTo(whole);
      assertHoldsTheTeachersLogits(produced.softTargets());
    }
  }

  @Test
  void batchesKeepTheirLimits() throws IOException {
    List<List<Integer>> batches = new ArrayList<>();
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.inMemory()) {
      SoftTargetProducer.into(store)
          .withLimits(new BatchLimits(7, 1000))
          .produce(teacher, recording(ROWS, batches, Integer.MAX_VALUE));

      assertThat(batches).allMatch(rows -> rows.size() <= 7);
    }
  }

  @Test
  void twoThreadsThatWantTheSameRunTheTeacherOnce() throws IOException {
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.inMemory()) {
      int computed =
          IntStream.range(0, 4)
              .parallel()
              .map(i -> SoftTargetProducer.into(store).produce(teacher, ROWS).run().computedRows())
              .sum();

      assertThat(computed).isEqualTo(5000);
    }
  }

  @Test
  void anotherLabelOrderForTheSameSoftTargetsIsAnError() throws IOException {
    Path file = TinyTeacher.write(folder.resolve("teacher.onnx"), 2);
    TeacherSettings settings = TeacherSettings.of(file, LabelOrder.of("no", "yes"));
    TeacherSettings swapped = TeacherSettings.of(file, LabelOrder.of("yes", "no"));
    try (SoftTargetStore store = SoftTargetStore.inMemory();
        Teacher teacher = Teacher.open(settings);
        Teacher other = Teacher.open(swapped)) {
      SoftTargetProducer.into(store).produce(teacher, ROWS);

      assertThatThrownBy(() -> SoftTargetProducer.into(store).produce(other, ROWS))
          .isInstanceOfSatisfying(
              SoftTargetStoreException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.DISAGREES))
          .hasMessage(
              "The store of soft targets in memory holds these soft targets with the label order"
                  + " [no, yes], now it is [yes, no]; if what is kept is wrong, remove it and run"
                  + " again");
    }
  }

  @Test
  void noRowsAreAnError() throws IOException {
    try (Teacher teacher = teacher();
        SoftTargetStore store = SoftTargetStore.inMemory()) {
      assertThatThrownBy(
              () -> SoftTargetProducer.into(store).produce(teacher, new TinyRows(List.of())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("There are 0 rows to ask the teacher about, expected at least 1");
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
        SoftTargetStore store = SoftTargetStore.inMemory()) {
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
      assertThat(store.contents()).isEmpty();
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
        SoftTargetStore store = SoftTargetStore.inMemory()) {
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

  private static void assertHoldsTheTeachersLogits(SoftTargets targets) {
    assertThat(targets.rows()).isEqualTo(ROWS.rows());
    assertThat(targets.width()).isEqualTo(WIDTH);
    for (int row = 0; row < targets.rows(); row++) {
      float[] expected = TinyTeacher.expectedLogits(ROWS.sequences().get(row), WIDTH);
      assertThat(Arrays.equals(targets.row(row), expected)).as("row %d is right", row).isTrue();
    }
  }

  /** The same batches, noted down; fails when a batch from {@code failingRow} on is asked for. */
  private static TeacherInputs recording(
      TinyRows rows, List<List<Integer>> batches, int failingRow) {
    return new Given(rows, List.of()) {
      @Override
      public Iterable<TeacherBatch> batches(int from, int to, BatchLimits limits) {
        if (from >= failingRow) {
          throw new IllegalStateException("the power went off");
        }
        Iterable<TeacherBatch> planned = rows.batches(from, to, limits);
        planned.forEach(batch -> batches.add(IntStream.of(batch.rows()).boxed().toList()));
        return planned;
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
