package org.tribuo.distill.sequence;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.tribuo.classification.Label;
import org.tribuo.evaluation.metrics.EvaluationMetric.Average;
import org.tribuo.evaluation.metrics.MetricID;
import org.tribuo.evaluation.metrics.MetricTarget;
import org.tribuo.provenance.EvaluationProvenance;
import org.tribuo.sequence.SequenceEvaluation;

/** How many entities a model found, and how many of its labels are right. Immutable. */
public final class EntityEvaluation implements SequenceEvaluation<Label> {
  private final Map<String, Counts> ofTypes;
  private final long right;
  private final long elements;
  private final long illegal;
  private final EvaluationProvenance provenance;

  EntityEvaluation(
      Map<String, Counts> ofTypes,
      long right,
      long elements,
      long illegal,
      EvaluationProvenance provenance) {
    this.ofTypes = new TreeMap<>(ofTypes);
    this.right = right;
    this.elements = elements;
    this.illegal = illegal;
    this.provenance = provenance;
  }

  /**
   * Entities that were counted.
   *
   * @param right predicted as they are: first and last element and type
   * @param predicted by the model
   * @param expected in the data
   */
  public record Counts(long right, long predicted, long expected) {
    static final Counts NONE = new Counts(0, 0, 0);

    Counts plus(Counts other) {
      return new Counts(
          right + other.right, predicted + other.predicted, expected + other.expected);
    }

    /** The fraction of the predicted entities that are right; 0 if there are none. */
    public double precision() {
      return predicted == 0 ? 0 : (double) right / predicted;
    }

    /** The fraction of the expected entities that were found; 0 if there are none. */
    public double recall() {
      return expected == 0 ? 0 : (double) right / expected;
    }

    /** The harmonic mean of precision and recall: 2 right / (predicted + expected), 0 if none. */
    public double f1() {
      return predicted + expected == 0 ? 0 : 2.0 * right / (predicted + expected);
    }
  }

  /** All entities: their F1 is the micro average over the types. */
  public Counts entities() {
    return ofTypes.values().stream().reduce(Counts.NONE, Counts::plus);
  }

  /** The entities of each type that occurs, sorted by type. */
  public Map<String, Counts> ofTypes() {
    return new TreeMap<>(ofTypes);
  }

  /** The fraction of the labels that are right, {@code O} included. */
  public double tokenAccuracy() {
    return (double) right / elements;
  }

  /** How many of the model's labels cannot follow the one before them, and were repaired. */
  public long illegalLabels() {
    return illegal;
  }

  /** Precision, recall and F1 of all entities and of each type, and the accuracy of labels. */
  @Override
  public Map<MetricID<Label>, Double> asMap() {
    Map<MetricID<Label>, Double> metrics = new LinkedHashMap<>();
    put(new MetricTarget<Label>(Average.MICRO), entities(), metrics);
    ofTypes.forEach((type, counts) -> put(new MetricTarget<>(new Label(type)), counts, metrics));
    metrics.put(
        new MetricID<>(new MetricTarget<Label>(Average.MICRO), "token-accuracy"), tokenAccuracy());
    return metrics;
  }

  private static void put(
      MetricTarget<Label> target, Counts counts, Map<MetricID<Label>, Double> metrics) {
    metrics.put(new MetricID<>(target, "entity-precision"), counts.precision());
    metrics.put(new MetricID<>(target, "entity-recall"), counts.recall());
    metrics.put(new MetricID<>(target, "entity-f1"), counts.f1());
  }

  @Override
  public EvaluationProvenance getProvenance() {
    return provenance;
  }

  /** A table of the types. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder("type: right / predicted / expected, F1\n");
    ofTypes.forEach((type, counts) -> row(type, counts, table));
    row("all", entities(), table);
    return table
        .append("token accuracy ")
        .append(Math.round(10_000 * tokenAccuracy()) / 100.0)
        .append(" %, illegal labels ")
        .append(illegal)
        .toString();
  }

  private static void row(String type, Counts counts, StringBuilder table) {
    table
        .append(type)
        .append(": ")
        .append(counts.right)
        .append(" / ")
        .append(counts.predicted)
        .append(" / ")
        .append(counts.expected)
        .append(", ")
        .append(Math.round(10_000 * counts.f1()) / 100.0)
        .append(" %\n");
  }
}
