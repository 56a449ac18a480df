package org.tribuo.distill;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.TokenFeatures;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.input.TokenSequence;
import org.tribuo.distill.runtime.ExecutionProvider;
import org.tribuo.distill.teacher.LabelOrder;
import org.tribuo.distill.teacher.ProducedSoftTargets;
import org.tribuo.distill.teacher.SoftTargetProducer;
import org.tribuo.distill.teacher.SoftTargetStore;
import org.tribuo.distill.teacher.SoftTargets;
import org.tribuo.distill.teacher.Teacher;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.teacher.TeacherSettings;

/**
 * Asks the teacher about every text, unless the store knows what it said.
 *
 * @param teacher who is asked
 * @param padId the token that fills up short rows
 * @param file the store; empty for one in memory
 * @param storeLock held while the store is open
 */
record SoftTargetStep(
    TeacherSettings teacher,
    int padId,
    Optional<Path> file,
    Object storeLock,
    DistillationListener listener) {
  /**
   * What the teacher said.
   *
   * @param logits FLOAT [texts, columns], in the order of the student's columns
   * @param run what it took
   * @param providers where the teacher ran, or would have
   * @param runtimeVersion of ONNX Runtime, that the teacher ran on
   */
  record Answer(
      Tensor logits, TeacherRun run, List<ExecutionProvider> providers, String runtimeVersion) {}

  /**
   * Asks.
   *
   * @param student the columns that the student has
   * @throws IllegalArgumentException if teacher and student have different labels, or a text does
   *     not fit the teacher
   */
  Answer ask(List<TokenSequence> texts, LabelOrder student) throws IOException {
    int[] columns = teacher.labels().columnsFor(student);
    checkFits(texts);
    try (Teacher opened = Teacher.open(teacher)) {
      TeacherTexts inputs =
          new TeacherTexts(texts, TokenInputs.of(opened.inputs()).withPadId(padId));
      synchronized (storeLock) {
        try (SoftTargetStore store =
            file.map(SoftTargetStore::open).orElseGet(SoftTargetStore::inMemory)) {
          ProducedSoftTargets produced =
              SoftTargetProducer.into(store)
                  .withProgress(listener.softTargets())
                  .produce(opened, inputs);
          try (SoftTargets softTargets = produced.softTargets()) {
            listener.onSoftTargets(produced.run());
            return new Answer(
                inOrder(softTargets, columns),
                produced.run(),
                opened.providers(),
                softTargets.runtimeVersion());
          }
        }
      }
    }
  }

  private void checkFits(List<TokenSequence> texts) throws IOException {
    TokenFeatures limits = TokenLimits.of(OnnxModel.read(teacher.model()), 0);
    for (int row = 0; row < texts.size(); row++) {
      TokenSequence text = texts.get(row);
      if (text.length() > limits.positions()) {
        throw new IllegalArgumentException(
            "Example %d has %d tokens, the teacher '%s' has positions for %d; set the tokenizer's maximum length to that"
                .formatted(row, text.length(), teacher.model(), limits.positions()));
      }
      for (int i = 0; i < text.length(); i++) {
        if (text.id(i) >= limits.vocabulary()) {
          throw new IllegalArgumentException(
              "Example %d has token %d, outside of the vocabulary of %d that the teacher '%s' has; teacher and student must read the same tokens"
                  .formatted(row, text.id(i), limits.vocabulary(), teacher.model()));
        }
      }
    }
  }

  private static Tensor inOrder(SoftTargets softTargets, int[] columns) {
    int rows = softTargets.rows();
    float[] ordered = new float[Math.multiplyExact(rows, columns.length)];
    float[] row = new float[softTargets.width()];
    for (int i = 0; i < rows; i++) {
      softTargets.copyRow(i, row, 0);
      for (int j = 0; j < columns.length; j++) {
        ordered[i * columns.length + j] = row[columns[j]];
      }
    }
    return Tensor.of(ordered, rows, columns.length);
  }
}
