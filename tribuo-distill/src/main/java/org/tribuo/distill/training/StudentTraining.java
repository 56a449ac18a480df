package org.tribuo.distill.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.tribuo.distill.autodiff.Differentiator;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.pass.LibraryOperators;
import org.tribuo.distill.graph.pass.Normalization;
import org.tribuo.distill.graph.pass.SinkSelection;
import org.tribuo.distill.loss.AttachedObjective;
import org.tribuo.distill.loss.Objective;
import org.tribuo.distill.operator.Operators;
import org.tribuo.distill.transformer.TiedWeights;
import org.tribuo.distill.transformer.TransformerFeatures;
import org.tribuo.distill.transformer.Weight;
import org.tribuo.distill.transformer.Weights;

/**
 * Trains a student on an objective: makes the training graph out of the student's own graph, runs
 * it batch by batch, and writes the weights back.
 */
public final class StudentTraining {
  private final OnnxModel student;
  private final TrainingSettings settings;
  private final TrainingData data;
  private final Set<String> decayed;
  private final TiedWeights tied;
  private final VocabularyCompaction vocabulary;
  private final TrainingArtifacts artifacts;
  private final AttachedObjective attached;

  /** Weights at the end of an epoch, and what they are worth. */
  private record Candidate(
      Map<String, Tensor> weights, double decay, int epoch, Map<String, Double> metrics) {}

  private StudentTraining(
      OnnxModel student,
      Objective objective,
      Operators rules,
      TrainingSettings settings,
      TrainingData data) {
    this.student = student;
    this.settings = settings;
    this.data = data;
    Graph graph = Graph.of(student);
    Normalization.applyForTraining(graph);
    this.tied = TiedWeights.find(graph);
    Set<String> frozen = tied.closure(settings.frozen());
    tied.merge(graph);
    Optional<TransformerFeatures> features = objective.featuresIn(graph);
    Set<String> weights = new LinkedHashSet<>();
    this.decayed = new LinkedHashSet<>();
    for (Weight weight : Weights.trainable(graph)) {
      if (!frozen.contains(weight.initializer())) {
        weights.add(weight.initializer());
        if (weight.decays()) {
          decayed.add(weight.initializer());
        }
      }
    }
    this.vocabulary =
        settings.compactVocabulary()
            ? VocabularyCompaction.apply(graph, weights, data)
            : VocabularyCompaction.none();
    Dropout.addTo(graph, settings.dropout(), settings.seed());
    Value[] outputs = graph.outputs().stream().map(graph::value).toArray(Value[]::new);
    this.attached = objective.attach(Ops.on(graph), features, settings.seed(), outputs);
    settings.objective().checkFits(attached);
    SinkSelection.apply(graph);
    weights.addAll(attached.projections());
    decayed.addAll(attached.projections());
    if (objective.hard().isEmpty() && objective.soft().isEmpty()) {
      leaveOutWhatFeaturesDoNotReach(graph, weights);
    }
    requireSome(weights, frozen);
    boolean byLibrary = settings.session().operators().isPresent();
    if (byLibrary) {
      LibraryOperators.apply(graph, Arrays.stream(outputs).map(Value::name).toList());
    }
    Map<String, Value> gradients =
        Differentiator.differentiate(graph, attached.differentiated().name(), weights, rules);
    this.artifacts =
        TrainingArtifacts.of(
            graph, List.copyOf(attached.terms().keySet()), gradients, optimizer(weights));
  }

  /** Of a student that is compared with its teacher inside, the head and last layers may rest. */
  private void leaveOutWhatFeaturesDoNotReach(Graph graph, Set<String> weights) {
    Set<String> read = new HashSet<>();
    graph
        .ancestors(Set.of(attached.differentiated().name()))
        .forEach(node -> read.addAll(node.reads()));
    weights.retainAll(read);
    decayed.retainAll(read);
  }

  private void requireSome(Set<String> weights, Set<String> frozen) {
    if (attached.projections().containsAll(weights)) {
      throw new TrainingException(
          "The student has no weight that the loss reads and that is not frozen; %d are frozen, see frozenWeights"
              .formatted(frozen.size()));
    }
  }

  private OptimizerSettings optimizer(Set<String> weights) {
    Set<String> undecayed = new LinkedHashSet<>(weights);
    undecayed.removeAll(decayed);
    return new OptimizerSettings(settings.adamW(), settings.maxGradientNorm(), undecayed);
  }

  /**
   * Checks that a student can be trained, without training it.
   *
   * @param data the inputs of the student; targets need not be among them yet
   * @throws org.tribuo.distill.graph.GraphException if the student cannot be trained on the
   *     objective, as where an operator has no gradient
   */
  public static void check(
      OnnxModel student,
      Objective objective,
      Operators rules,
      TrainingSettings settings,
      TrainingData data) {
    new StudentTraining(student, objective, rules, settings, data);
  }

  /**
   * Trains a student.
   *
   * @param student has the outputs that the objective reads, and no others
   * @param rules the gradients of the student's operators
   * @param validation measured after each epoch
   * @param listener is told what happens
   * @throws org.tribuo.distill.graph.GraphException if the student cannot be trained on the
   *     objective
   * @throws NonFiniteLossException if the loss is no longer a finite number; it has the student of
   *     the step before
   * @throws IllegalArgumentException if there are no rows, the data lacks an input, or a batch has
   *     too few rows for a loss that compares them with each other
   */
  public static TrainedStudent train(
      OnnxModel student,
      Objective objective,
      Operators rules,
      TrainingSettings settings,
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
    return new StudentTraining(student, objective, rules, settings, data).run(validation, listener);
  }

  private TrainedStudent run(Optional<Validation> validation, TrainingListener listener) {
    Instant start = Instant.now();
    try (TrainingSession session =
        TrainingSession.open(artifacts, settings.session(), settings.seed())) {
      long totalSteps = totalSteps();
      listener.onTrainingStart(
          new TrainingPlan(totalSteps, settings.epochs(), data.rows(), parameters()));
      EpochRun run = new EpochRun(session, data, settings, vocabulary, attached, totalSteps);
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

  /** If a loss is not finite, whoever is told gets the student of the step before. */
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
    Set<String> shrinking = settings.adamW().weightDecay() == 0 ? Set.of() : decayed;
    Map<String, Tensor> own = new LinkedHashMap<>(candidate.weights());
    own.keySet().removeAll(attached.projections());
    return student.withInitializers(
        tied.restore(vocabulary.restore(own, shrinking, candidate.decay())));
  }

  private long totalSteps() {
    long steps = 0;
    for (int epoch = 0; epoch < settings.epochs(); epoch++) {
      int batches = data.epoch(epoch).size();
      steps += (batches + settings.accumulation() - 1) / settings.accumulation();
    }
    return steps;
  }

  private long parameters() {
    return artifacts.checkpoint().trainable().values().stream().mapToLong(Tensor::elements).sum();
  }
}
