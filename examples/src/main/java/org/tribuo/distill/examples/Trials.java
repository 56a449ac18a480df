package org.tribuo.distill.examples;

import java.util.Locale;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.StepReport;

/**
 * Trains students and measures them; one that an earlier run has trained is not trained again.
 *
 * @param kept where each is kept
 * @param console where each is reported
 */
record Trials(TrialFile kept, ProgressOutput console) {
  /** Measures steps: the mean of their times. */
  private static final class StepClock implements DistillationListener, TrainingListener {
    private double millis;
    private long steps;

    @Override
    public TrainingListener stage(String name) {
      return this;
    }

    @Override
    public void onStep(StepReport report) {
      millis += report.duration().toNanos() / 1e6;
      steps++;
    }

    double mean() {
      return millis / steps;
    }
  }

  /** Trains a student, and measures it. */
  Trial train(
      Trial.Subject subject,
      DistillationTrainer<Label> trainer,
      Dataset<Label> learned,
      Dataset<Label> measured) {
    String settings =
        Provenances.digest(
            trainer.getProvenance(), learned.getProvenance(), measured.getProvenance());
    Optional<Trial> earlier = kept.find(subject, settings);
    if (earlier.isPresent()) {
      return printed(earlier.get());
    }
    StepClock clock = new StepClock();
    trainer.setListener(clock);
    try (DistilledModel<Label> model = trainer.train(learned)) {
      return keep(new Trial(subject, settings, accuracy(model, measured), clock.mean()));
    }
  }

  /**
   * Measures a model that is there.
   *
   * @param settings a digest of all that it was made of
   */
  Trial measure(
      Trial.Subject subject,
      String settings,
      DistilledModel<Label> model,
      Dataset<Label> measured) {
    return kept.find(subject, settings)
        .map(this::printed)
        .orElseGet(() -> keep(new Trial(subject, settings, accuracy(model, measured), Double.NaN)));
  }

  private static double accuracy(DistilledModel<Label> model, Dataset<Label> measured) {
    return new LabelEvaluator().evaluate(model, measured).accuracy();
  }

  private Trial keep(Trial trial) {
    kept.add(trial);
    return printed(trial);
  }

  private Trial printed(Trial trial) {
    console.line(String.format(Locale.ROOT, "%s: %.2f %%", trial.of(), 100 * trial.accuracy()));
    return trial;
  }
}
