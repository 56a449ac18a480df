package org.tribuo.distill.training.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.operator.internal.Operators;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.EpochReport;
import org.tribuo.distill.training.TrainingListener.EvaluationReport;
import org.tribuo.distill.training.TrainingListener.TrainingPlan;
import org.tribuo.distill.training.TrainingListener.TrainingSummary;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * Trains a student on an objective: makes the training graph out of the student's own graph, runs
 * it batch by batch, and writes the weights back.
 */
public final class StudentTraining {
  private final TrainableStudent student;
  private final Objective objective;
  private final TrainingSettings settings;

  /** Weights at the end of an epoch, and what they are worth. */
  private record Candidate(
      Map<String, Tensor> weights, double decay, int epoch, Map<String, Double> metrics) {}

  private StudentTraining(
      TrainableStudent student, Objective objective, TrainingSettings settings) {
    this.student = student;
    this.objective = objective;
    this.settings = settings;
  }

  /**
   * Makes the training graph of a student, which checks that there can be one.
   *
   * @param student has the outputs that the objective reads, and no others
   * @param rules the gradients of the student's operators
   * @param data the inputs of the student; targets need not be among them yet
   * @throws org.tribuo.distill.graph.GraphException if the student cannot be trained on the
   *     objective, as where an operator has no gradient
   */
  public static StudentTraining of(
      Transformer student,
      Objective objective,
      Operators rules,
      TrainingSettings settings,
      TrainingData data) {
    return new StudentTraining(
        new TrainableStudent(student, objective, rules, settings, data), objective, settings);
  }

  /** The teacher's intermediate activations that the objective reads. */
  public List<Activation> teacherActivations() {
    return student.attached().teacherActivations();
  }

  /**
   * Trains the student; may be called once.
   *
   * @param from the student, or the same with weights that were trained since
   * @param data the rows for which the training graph was made, targets among them
   * @param validation measured after each epoch
   * @param listener is called as the training goes on
   * @throws NonFiniteLossException if the loss is no longer a finite number; it has the student of
   *     the step before
   * @throws IllegalArgumentException if there are no rows, the data lacks an input, or a batch has
   *     too few rows for a loss that compares them with each other
   */
  public TrainedStudent train(
      OnnxModel from,
      TrainingData data,
      Optional<Validation> validation,
      TrainingListener listener) {
    if (data.rows() == 0) {
      throw new IllegalArgumentException("There are no rows to train on");
    }
    if (settings.earlyStopping().isPresent() && validation.isEmpty()) {
      throw new IllegalArgumentException("Early stopping needs held-out rows to measure");
    }
    objective.checkBatches(
        IntStream.range(0, settings.epochs())
            .mapToObj(data::epoch)
            .flatMap(List::stream)
            .mapToInt(batch -> batch.length));
    student.startFrom(from);
    return run(data, validation, listener);
  }

  private TrainedStudent run(
      TrainingData data, Optional<Validation> validation, TrainingListener listener) {
    Instant start = Instant.now();
    try (TrainingSession session =
        Engines.training()
            .train(
                student.trainingGraph(), student.optimizer(), settings.device(), settings.seed())) {
      long totalSteps = totalSteps(data);
      listener.onTrainingStart(
          new TrainingPlan(totalSteps, settings.epochs(), data.rows(), student.parameters()));
      EpochRun run =
          new EpochRun(
              session,
              data,
              settings,
              student,
              objective.soft().filter(loss -> !loss.countsUnlabelled()).isPresent(),
              totalSteps);
      Candidate best = null;
      int epoch = 0;
      int sinceBest = 0;
      while (epoch < settings.epochs() && !isOver(sinceBest)) {
        Instant epochStart = Instant.now();
        double meanLoss = runEpoch(session, run, epoch, listener);
        epoch++;
        boolean last = epoch == settings.epochs();
        if (validation.isPresent()) {
          Candidate candidate = measure(session, run, epoch, validation.get());
          boolean better = best == null || isBetter(candidate, best, validation.get());
          sinceBest = better ? 0 : sinceBest + 1;
          best = better || settings.earlyStopping().isEmpty() ? candidate : best;
          listener.onEvaluation(
              new EvaluationReport(
                  run.steps(),
                  epoch,
                  candidate.metrics(),
                  better,
                  Duration.between(epochStart, Instant.now())));
        } else if (last) {
          best = new Candidate(session.weights(), run.decay(), epoch, Map.of());
        }
        listener.onEpochEnd(
            new EpochReport(
                epoch,
                settings.epochs(),
                run.steps(),
                meanLoss,
                Duration.between(epochStart, Instant.now())));
      }
      listener.onTrainingEnd(
          new TrainingSummary(
              run.steps(), epoch < settings.epochs(), Duration.between(start, Instant.now())));
      Candidate kept = java.util.Objects.requireNonNull(best);
      return new TrainedStudent(written(kept), run.steps(), kept.epoch(), kept.metrics());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** If a loss is not finite, the exception has the student of the step before. */
  private double runEpoch(
      TrainingSession session, EpochRun run, int epoch, TrainingListener listener)
      throws IOException {
    try {
      return run.epoch(epoch, listener);
    } catch (NonFiniteLossException e) {
      Candidate lastGood = new Candidate(session.weights(), run.decay(), epoch + 1, Map.of());
      throw e.withLastGood(
          new TrainedStudent(written(lastGood), run.steps(), lastGood.epoch(), Map.of()));
    }
  }

  private boolean isOver(int epochsSinceBest) {
    return settings.earlyStopping().filter(e -> epochsSinceBest >= e.patience()).isPresent();
  }

  private Candidate measure(TrainingSession session, EpochRun run, int epoch, Validation validation)
      throws IOException {
    Candidate unmeasured = new Candidate(session.weights(), run.decay(), epoch, Map.of());
    Map<String, Double> metrics = validation.measure(written(unmeasured));
    return new Candidate(unmeasured.weights(), unmeasured.decay(), epoch, metrics);
  }

  private static boolean isBetter(Candidate candidate, Candidate best, Validation validation) {
    String criterion = validation.criterion();
    return candidate.metrics().getOrDefault(criterion, Double.NaN)
        > best.metrics().getOrDefault(criterion, Double.NaN);
  }

  private OnnxModel written(Candidate candidate) {
    return student.with(candidate.weights(), candidate.decay());
  }

  private long totalSteps(TrainingData data) {
    long steps = 0;
    for (int epoch = 0; epoch < settings.epochs(); epoch++) {
      int batches = data.epoch(epoch).size();
      steps += (batches + settings.accumulation() - 1) / settings.accumulation();
    }
    return steps;
  }
}
