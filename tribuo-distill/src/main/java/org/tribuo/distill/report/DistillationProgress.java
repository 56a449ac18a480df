package org.tribuo.distill.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.training.TrainingListener;

/**
 * Shows how far a training is: the teacher's soft targets, and the student in each stage. For one
 * training at a time.
 *
 * <pre>{@code
 * try (var progress = new DistillationProgress(new ProgressOutput.Lines(System.out), "Student")) {
 *   trainer.setListener(progress);
 *   student = trainer.train(examples);
 * }
 * }</pre>
 */
public final class DistillationProgress implements DistillationListener, AutoCloseable {
  /** How many labels are listed before they are only counted. */
  private static final int LISTED = 10;

  private final ProgressOutput output;
  private final Consumer<TeacherRun> afterSoftTargets;
  private final String task;
  private final List<TrainingProgress> stages = new ArrayList<>();
  private ProgressOutput.@Nullable Task softTargets;

  /**
   * Shows a training.
   *
   * @param task what is trained, such as {@code Student}
   */
  public DistillationProgress(ProgressOutput output, String task) {
    this(output, task, run -> {});
  }

  /**
   * @param afterSoftTargets called when the soft targets of a teacher are complete and reported
   */
  DistillationProgress(ProgressOutput output, String task, Consumer<TeacherRun> afterSoftTargets) {
    this.output = output;
    this.task = task;
    this.afterSoftTargets = afterSoftTargets;
  }

  @Override
  public void onLabelOrder(Path teacher, NamedColumns columns) {
    if (columns.origin() == NamedColumns.Origin.CONFIGURATION) {
      output.line(
          "   The config.json of %s names its labels: %s."
              .formatted(teacher, String.join(", ", columns.names())));
    }
  }

  @Override
  public void onUnseenOutputs(List<String> names) {
    if (!names.isEmpty()) {
      String more = names.size() > LISTED ? " and %d more".formatted(names.size() - LISTED) : "";
      output.line(
          "   No text has the label %s%s: known from the teacher alone."
              .formatted(
                  String.join(", ", names.subList(0, Math.min(LISTED, names.size()))), more));
    }
  }

  @Override
  public void onStudent(List<String> lines) {
    lines.forEach(line -> output.line("   " + line));
  }

  @Override
  public void onSoftTargetProgress(int rowsDone, int rows) {
    if (softTargets == null) {
      softTargets = output.begin("Soft targets", rows, "texts");
    }
    softTargets.to(rowsDone, "");
  }

  @Override
  public void onSoftTargets(TeacherRun run) {
    closeSoftTargets();
    output.line(
        run.ranTeacher()
            ? String.format(
                Locale.ROOT,
                "   %,d in %.1f s, %,.0f/s; %,d reused.",
                run.computedRows(),
                run.duration().toMillis() / 1e3,
                run.rowsPerSecond(),
                run.reusedRows())
            : String.format(
                Locale.ROOT, "   %,d reused: the teacher did not run.", run.reusedRows()));
    run.cost().ifPresent(this::showCost);
    afterSoftTargets.accept(run);
  }

  private void showCost(TeacherRun.PrecisionCost cost) {
    String same =
        cost.agreement().isPresent()
            ? String.format(
                Locale.ROOT, ", %.1f %% the same prediction", 100 * cost.agreement().getAsDouble())
            : "";
    output.line(
        String.format(
            Locale.ROOT,
            "   %s against float32 on %,d of them: divergence %.2g nats%s.",
            cost.precision(),
            cost.examples(),
            cost.divergence(),
            same));
  }

  @Override
  public TrainingListener stage(String name) {
    String shown = name.equals("training") ? task : task + ", " + name;
    TrainingProgress stage = new TrainingProgress(output, shown);
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
