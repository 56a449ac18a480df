package org.tribuo.distill.examples.console;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.training.EvaluationReport;
import org.tribuo.distill.training.StepReport;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingPlan;
import org.tribuo.distill.training.TrainingSummary;

/** Shows a training: the examples seen and a moving average of the loss. */
public final class TrainingProgress implements TrainingListener, AutoCloseable {
  /** The weight of the newest step in the average. */
  private static final double NEWEST = 0.05;

  private final Console console;
  private final String task;
  private @Nullable Progress progress;
  private long examplesSeen;
  private double averageLoss = Double.NaN;

  public TrainingProgress(Console console, String task) {
    this.console = console;
    this.task = task;
  }

  @Override
  public void onTrainingStart(TrainingPlan plan) {
    close();
    examplesSeen = 0;
    averageLoss = Double.NaN;
    progress = console.begin(task, plan.examples() * plan.totalEpochs(), "examples");
  }

  @Override
  public void onStep(StepReport report) {
    examplesSeen += report.examples();
    averageLoss =
        Double.isNaN(averageLoss)
            ? report.loss()
            : averageLoss + NEWEST * (report.loss() - averageLoss);
    if (progress != null) {
      progress.to(examplesSeen, String.format(Locale.ROOT, "loss %.3f", averageLoss));
    }
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    console.line(
        "   %s, epoch %d: %s%s"
            .formatted(
                task, report.epoch(), report.metrics(), report.best() ? ", the best so far" : ""));
  }

  @Override
  public void onTrainingEnd(TrainingSummary summary) {
    close();
  }

  /** Ends what is shown, also after a failure. May be called twice. */
  @Override
  public void close() {
    if (progress != null) {
      progress.close();
      progress = null;
    }
  }
}
