package org.tribuo.distill.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.EvaluationReport;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.training.TrainingListener.TrainingPlan;
import org.tribuo.distill.training.TrainingListener.TrainingSummary;

/** Shows a training: the examples seen, and moving averages of the loss and of its terms. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
  /** The weight of the newest step in the average. */
  private static final double NEWEST = 0.05;

  private final ProgressOutput output;
  private final String task;
  private ProgressOutput.@Nullable Task progress;
  private long examplesSeen;
  private final Map<String, Double> averages = new LinkedHashMap<>();

  TrainingProgress(ProgressOutput output, String task) {
    this.output = output;
    this.task = task;
  }

  @Override
  public void onTrainingStart(TrainingPlan plan) {
    close();
    examplesSeen = 0;
    averages.clear();
    progress = output.begin(task, plan.examples() * plan.totalEpochs(), "examples");
  }

  @Override
  public void onStep(StepReport report) {
    examplesSeen += report.examples();
    report.terms().forEach(this::add);
    if (progress != null) {
      progress.to(examplesSeen, averages());
    }
  }

  private void add(String term, float newest) {
    averages.merge(term, (double) newest, (average, now) -> average + NEWEST * (now - average));
  }

  /** The loss first; its terms if there are several. */
  private String averages() {
    Map<String, Double> shown = new LinkedHashMap<>(averages);
    shown.remove(TrainingSession.GRADIENT_NORM);
    int lossAndItsOnlyTerm = 2;
    return shown.entrySet().stream()
        .limit(shown.size() > lossAndItsOnlyTerm ? shown.size() : 1)
        .map(term -> String.format(Locale.ROOT, "%s %.3f", term.getKey(), term.getValue()))
        .collect(Collectors.joining(", "));
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    output.line(
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
