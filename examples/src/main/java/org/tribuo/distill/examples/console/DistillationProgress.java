package org.tribuo.distill.examples.console;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.teacher.SoftTargetProgress;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.training.TrainingListener;

/** Shows a training: the teacher's soft targets, and the student in each stage. */
public final class DistillationProgress implements DistillationListener, AutoCloseable {
  /** How many labels are listed before they are only counted. */
  private static final int LISTED = 10;

  private final Console console;
  private final Consumer<TeacherRun> afterSoftTargets;
  private final String task;
  private final List<TrainingProgress> stages = new ArrayList<>();
  private @Nullable Progress softTargets;

  /**
   * @param task what is trained
   * @param afterSoftTargets is told what it took to have the soft targets
   */
  public DistillationProgress(Console console, String task, Consumer<TeacherRun> afterSoftTargets) {
    this.console = console;
    this.afterSoftTargets = afterSoftTargets;
    this.task = task;
  }

  @Override
  public void onLabelOrder(Path teacher, NamedColumns columns) {
    if (columns.origin() == NamedColumns.Origin.CONFIGURATION) {
      console.line(
          "   The config.json of %s names its labels: %s."
              .formatted(teacher, String.join(", ", columns.names())));
    }
  }

  @Override
  public void onUnseenOutputs(List<String> names) {
    if (!names.isEmpty()) {
      String more = names.size() > LISTED ? " and %d more".formatted(names.size() - LISTED) : "";
      console.line(
          "   No text has the label %s%s: known from the teacher alone."
              .formatted(
                  String.join(", ", names.subList(0, Math.min(LISTED, names.size()))), more));
    }
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
  public TrainingListener stage(String name) {
    String shown = name.equals("training") ? task : task + ", " + name;
    TrainingProgress stage = new TrainingProgress(console, shown);
    stages.add(stage);
    return stage;
  }

  /** Ends what is shown, also after a failure. May be called twice. */
  @Override
  public void close() {
    closeSoftTargets();
    stages.forEach(TrainingProgress::close);
  }

  private void closeSoftTargets() {
    if (softTargets != null) {
      softTargets.close();
      softTargets = null;
    }
  }
}
