package org.tribuo.distill.training.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.StepReport;

/** Runs the batches of one epoch after the other and counts the steps. */
final class EpochRun {
  private final TrainingSession session;
  private final TrainingData data;
  private final TrainingSettings settings;
  private final TrainableStudent student;
  private final AttachedObjective objective;
  private final boolean softOfLabelled;
  private final long totalSteps;
  private long steps;
  private double decay = 1;

  /**
   * @param softOfLabelled whether the soft loss is a mean over the labelled rows alone
   */
  EpochRun(
      TrainingSession session,
      TrainingData data,
      TrainingSettings settings,
      TrainableStudent student,
      boolean softOfLabelled,
      long totalSteps) {
    this.session = session;
    this.data = data;
    this.settings = settings;
    this.student = student;
    this.objective = student.attached();
    this.softOfLabelled = softOfLabelled;
    this.totalSteps = totalSteps;
  }

  /** The updates of the weights so far. */
  long steps() {
    return steps;
  }

  /** What weight decay has left so far of a weight that got no gradient. */
  double decay() {
    return decay;
  }

  /** Runs all batches of an epoch, counted from 0; returns the mean loss of its examples. */
  double epoch(int epoch, TrainingListener listener) {
    List<int[]> batches = data.epoch(epoch);
    double lossTimesRows = 0;
    long rows = 0;
    for (int first = 0; first < batches.size(); first += settings.accumulation()) {
      int end = Math.min(batches.size(), first + settings.accumulation());
      StepReport report = update(batches.subList(first, end), epoch);
      lossTimesRows += (double) report.loss() * report.examples();
      rows += report.examples();
      listener.onStep(report);
    }
    return lossTimesRows / rows;
  }

  /** One update of the weights by the gradients of some batches, each by its share. */
  private StepReport update(List<int[]> batches, int epoch) {
    Instant start = Instant.now();
    Map<String, Float> scheduled = settings.objective().at(steps, totalSteps);
    scheduled.keySet().retainAll(objective.inputs().keySet());
    Map<String, Float> terms = new LinkedHashMap<>();
    int examples = 0;
    long tokens = 0;
    List<PartOfUpdate> parts =
        PartOfUpdate.of(counted(batches), softOfLabelled, objective, scheduled);
    for (int i = 0; i < batches.size(); i++) {
      int[] rows = batches.get(i);
      PartOfUpdate part = parts.get(i);
      Map<String, Tensor> batch = inputs(rows, part.scheduled(scheduled));
      Map<String, Tensor> results =
          i + 1 < batches.size() ? session.accumulate(batch) : session.step(batch);
      requireFinite(results);
      results.forEach((name, value) -> add(terms, name, value.toFloats()[0], part));
      examples += rows.length;
      tokens += data.tokens(rows);
    }
    float learningRate = settings.schedule().at(steps, totalSteps);
    session.optimizerStep(learningRate);
    decay *= 1 - (double) learningRate * settings.adamW().weightDecay();
    steps++;
    return new StepReport(
        steps,
        totalSteps,
        epoch + 1,
        terms.values().iterator().next(),
        terms,
        scheduled,
        learningRate,
        examples,
        tokens,
        Duration.between(start, Instant.now()));
  }

  private List<Optional<CountedRows>> counted(List<int[]> batches) {
    return batches.size() == 1
        ? List.of(Optional.empty())
        : batches.stream().map(data::counted).toList();
  }

  /** The loss comes first and is not finite if a part of it is not: a part is the cause. */
  private void requireFinite(Map<String, Tensor> reported) {
    List<String> notFinite =
        reported.keySet().stream()
            .filter(name -> !isFinite(Objects.requireNonNull(reported.get(name))))
            .toList();
    if (!notFinite.isEmpty()) {
      session.discardGradients();
      String cause =
          notFinite.stream()
              .skip(1)
              .filter(name -> !name.equals(TrainingSession.GRADIENT_NORM))
              .findFirst()
              .orElse(notFinite.get(0));
      float value = Objects.requireNonNull(reported.get(cause)).toFloats()[0];
      throw new NonFiniteLossException(session.optimizerSteps() + 1, cause, value);
    }
  }

  private static boolean isFinite(Tensor number) {
    return number.elementType() != ElementType.FLOAT
        || number.elements() != 1
        || Float.isFinite(number.toFloats()[0]);
  }

  /** Losses are means over the batches; the norm is that of all gradients so far already. */
  private static void add(Map<String, Float> terms, String name, float value, PartOfUpdate part) {
    if (name.equals(TrainingSession.GRADIENT_NORM)) {
      terms.put(name, value);
    } else {
      terms.merge(name, part.share(name, value), Float::sum);
    }
  }

  private Map<String, Tensor> inputs(int[] rows, Map<String, Float> scheduled) {
    Map<String, Tensor> all = new LinkedHashMap<>(student.translate(data.batch(rows)));
    scheduled.forEach((name, value) -> all.put(name, Tensor.scalar(value)));
    objective.check(all);
    all.keySet().retainAll(session.inputs().keySet());
    return all;
  }
}
