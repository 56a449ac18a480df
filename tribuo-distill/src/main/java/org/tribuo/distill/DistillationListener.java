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
   * Called before anything is trained, with what the student may predict although no example has
   * it: labels that only a teacher, or the head that the student comes with, knows.
   *
   * @param names sorted; empty as a rule
   */
  default void onUnseenOutputs(List<String> names) {}

  /**
   * Called before a teacher runs, with how the student was made from another: which of its layers
   * are kept, how narrow it is.
   *
   * @param lines a sentence on each step, one on the size of the student, and one on that of each
   *     teacher that is a network whose graph is understood
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
   * Called before a teacher runs, with what the columns of its logits stand for, and where that is
   * stated.
   *
   * @param teacher its file
   */
  default void onLabelOrder(Path teacher, NamedColumns columns) {}

  /**
   * Called while soft targets are computed: when a teacher starts, with the rows that the store has
   * already, and after each of its batches.
   *
   * @param rowsDone of {@code rows}, those that need no more work
   * @param rows all rows
   */
  default void onSoftTargetProgress(int rowsDone, int rows) {}

  /**
   * Called when the soft targets of a teacher are complete.
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
   * @param name the name of the stage; by default {@code training}
   */
  default TrainingListener stage(String name) {
    return TrainingListener.NONE;
  }
}
