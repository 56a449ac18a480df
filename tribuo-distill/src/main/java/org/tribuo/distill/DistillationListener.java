package org.tribuo.distill;

import java.nio.file.Path;
import java.util.List;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.training.TrainingListener;

/**
 * A listener to a distillation's progress, called by the thread that called {@code train}. An
 * exception that it throws ends the training.
 */
public interface DistillationListener {
  /** A listener that does nothing. */
  DistillationListener NONE = new DistillationListener() {};

  /**
   * What the student may answer although no example has it, before anything is trained: labels that
   * only a teacher knows, or the head that the student comes with.
   *
   * @param names sorted; empty as a rule
   */
  default void onUnseenOutputs(List<String> names) {}

  /**
   * How the student was made of another, before a teacher runs: which of its layers stay, how
   * narrow it is.
   *
   * @param lines a sentence on each step, and one on how large the student is
   */
  default void onStudent(List<String> lines) {}

  /**
   * What was found in the graphs of teacher and student, before a teacher runs: a line on the
   * layers, then one for each attention, with the names of values for a {@link
   * org.tribuo.distill.transformer.NamedActivation}.
   *
   * @param stage the name of the stage that compares them
   */
  default void onActivations(String stage, String teacher, String student) {}

  /**
   * Before a teacher runs: what the columns of its logits stand for, and where that is stated.
   *
   * @param teacher its file
   */
  default void onLabelOrder(Path teacher, NamedColumns columns) {}

  /**
   * While soft targets are made: at the start of a teacher, with the rows that were kept before,
   * and after each of its batches.
   *
   * @param rowsDone of {@code rows}, those that need no more work
   * @param rows all rows
   */
  default void onSoftTargetProgress(int rowsDone, int rows) {}

  /**
   * After the soft targets of a teacher are there.
   *
   * @param run what it took: a run in which nothing was computed took all of them from the store
   */
  default void onSoftTargets(TeacherRun run) {}

  /** The listener to the training of an assistant. */
  default DistillationListener assistant() {
    return NONE;
  }

  /**
   * The listener to the training of the student in a stage.
   *
   * @param name the name of the stage; where none are stated, {@code training} and {@code
   *     fine-tuning}
   */
  default TrainingListener stage(String name) {
    return TrainingListener.NONE;
  }
}
