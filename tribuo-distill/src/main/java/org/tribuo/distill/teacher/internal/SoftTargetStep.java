package org.tribuo.distill.teacher.internal;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.Dataset;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.task.internal.TensorRows;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.teacher.internal.store.SoftTargetStore;
import org.tribuo.distill.teacher.internal.store.SoftTargets;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * A teacher that can be asked about some examples: all that can be checked before that is checked.
 *
 * @param teacher that is run, and what over
 * @param columns those of its logits that are the student's, in the student's order
 * @param form what its logits stand for
 * @param counted of each example 1 for each position that counts; empty where all do
 * @param asked the same teacher, which is tried first where it says what comes next
 */
public record SoftTargetStep(
    ReadyTeacher.Opened teacher,
    int[] columns,
    AnswerForm form,
    Optional<TensorRows> counted,
    SoftTargetSource asked) {
  /**
   * What the teacher said.
   *
   * @param softTargets with the student's columns, for the caller to close
   * @param run what it took
   * @param providers where the teacher ran, or would have
   */
  public record Answer(
      SoftTargets softTargets, TeacherRun run, List<ExecutionProvider> providers) {}

  /**
   * Prepares to ask.
   *
   * @param examples that it is run over
   * @param ofStudent what the student reads of them
   * @param targets of the examples
   * @param task what teacher and student predict
   * @param student the columns that the student has
   * @param maxLength of a teacher with a tokenizer of its own that states none; empty for the usual
   *     length
   * @param files reads each file once
   * @throws IllegalArgumentException if teacher and student have different labels, or the teacher
   *     lacks a dimension of a regression, or an example does not fit the teacher or does not keep
   *     its text for its tokenizer
   */
  public static SoftTargetStep of(
      ReadyTeacher teacher,
      Dataset<?> examples,
      ExampleInputs<?> ofStudent,
      Targets targets,
      Task<?> task,
      LabelOrder student,
      OptionalInt maxLength,
      TransformerFiles files)
      throws IOException {
    int[] columns = task.columnsOf(new LabelOrder(teacher.columns().names()), student);
    ReadyTeacher.Opened opened = teacher.open(examples, ofStudent, maxLength, files);
    SoftTargetSource source =
        task.columns().isPresent() && columns.length < opened.source().labels().size()
            ? new FirstColumns(opened.source(), columns.length)
            : opened.source();
    return new SoftTargetStep(
        opened,
        columns,
        task.probabilities().orElse(AnswerForm.LOGITS),
        Optional.ofNullable(targets.inputs().get(ObjectiveInputs.COUNTED)),
        task.isCausal()
            ? new CausalTeacher("teacher '%s'".formatted(teacher.file()), source, opened.inputs())
            : source);
  }

  /**
   * Asks about every example, unless the store knows what the teacher said, and closes the teacher.
   * Where its products are of integers, what that costs is measured.
   *
   * @param largest how many of the largest logits are wanted, if there are as many; empty for all
   * @param progress is called while the teacher runs
   */
  public Answer ask(SoftTargetStore store, OptionalInt largest, SoftTargetProgress progress) {
    try (SoftTargetSource source = teacher.source()) {
      SoftTargetProducer producer = SoftTargetProducer.into(store);
      int all = asked.shape().columns();
      OptionalInt wanted =
          largest.isPresent()
              ? OptionalInt.of(Math.min(all, largest.getAsInt()))
              : OptionalInt.empty();
      ProducedSoftTargets produced =
          producer.withProgress(progress).produce(asked, teacher.inputs(), wanted);
      SoftTargets softTargets = produced.softTargets();
      try {
        TeacherRun run =
            teacher
                .cost()
                .map(cost -> produced.run().withCost(cost.measure(form, counted, producer)))
                .orElse(produced.run());
        return new Answer(softTargets.inOrder(columns), run, source.providers());
      } catch (RuntimeException | Error e) {
        softTargets.close();
        throw e;
      }
    }
  }
}
