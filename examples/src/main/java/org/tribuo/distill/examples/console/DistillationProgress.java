package org.tribuo.distill.examples.console;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.teacher.SoftTargetProgress;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.training.TrainingListener;

/** Shows a training: the teacher's soft targets, the student, and its fine-tuning. */
public final class DistillationProgress implements DistillationListener, AutoCloseable {
  private final Console console;
  private final Consumer<TeacherRun> afterSoftTargets;
  private final TrainingProgress training;
  private final TrainingProgress fineTuning;
  private @Nullable Progress softTargets;

  /**
   * @param task what is trained
   * @param afterSoftTargets is told what it took to have the soft targets
   */
  public DistillationProgress(Console console, String task, Consumer<TeacherRun> afterSoftTargets) {
    this.console = console;
    this.afterSoftTargets = afterSoftTargets;
    this.training = new TrainingProgress(console, task);
    this.fineTuning = new TrainingProgress(console, task + ", fine-tuning");
  }

  @Override
  public SoftTargetProgress softTargets() {
    return (rowsDone, rows) -> {
      if (softTargets == null) {
        softTargets = console.begin("Soft targets", rows, "texts");
      }
      softTargets.to(rowsDone, "");
    };
  }

  @Override
  public void onSoftTargets(TeacherRun run) {
    closeSoftTargets();
    afterSoftTargets.accept(run);
  }

  @Override
  public TrainingListener training() {
    return training;
  }

  @Override
  public TrainingListener fineTuning() {
    return fineTuning;
  }

  /** Ends what is shown, also after a failure. May be called twice. */
  @Override
  public void close() {
    closeSoftTargets();
    training.close();
    fineTuning.close();
  }

  private void closeSoftTargets() {
    if (softTargets != null) {
      softTargets.close();
      softTargets = null;
    }
  }
}
