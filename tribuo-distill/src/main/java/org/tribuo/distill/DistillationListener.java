package org.tribuo.distill;

import java.nio.file.Path;
import java.util.List;
import org.tribuo.distill.internal.component.NamedColumns;
import org.tribuo.distill.teacher.SoftTargetProgress;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.transformer.internal.TransformerFeatures;

/**
 * Is told how a distillation goes, by the thread that called {@code train}. An exception that it
 * throws ends the training.
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
   * What was found inside teacher and student, before a teacher is asked; both print as a list of
   * layers.
   *
   * @param stage the name of the stage that compares them
   */
  default void onFeatures(String stage, TransformerFeatures teacher, TransformerFeatures student) {}

  /**
   * Before a teacher is asked: what the columns of its logits stand for, and who says it.
   *
   * @param teacher its file
   */
  default void onLabelOrder(Path teacher, NamedColumns columns) {}

  /** Who is told how far the teacher has come. */
  default SoftTargetProgress softTargets() {
    return SoftTargetProgress.SILENT;
  }

  /**
   * After the soft targets of a teacher are there.
   *
   * @param run what it took: a run in which nothing was computed took all of them from the store
   */
  default void onSoftTargets(TeacherRun run) {}

  /** Who is told how an assistant is trained, before it teaches. */
  default DistillationListener assistant() {
    return NONE;
  }

  /**
   * Who is told how the student is trained in a stage.
   *
   * @param name the name of the stage; where none are stated, {@code training} and {@code
   *     fine-tuning}
   */
  default TrainingListener stage(String name) {
    return TrainingListener.NONE;
  }
}
