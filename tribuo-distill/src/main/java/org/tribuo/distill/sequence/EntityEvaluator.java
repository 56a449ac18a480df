package org.tribuo.distill.sequence;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.task.token.Entities;
import org.tribuo.evaluation.metrics.EvaluationMetric.Average;
import org.tribuo.evaluation.metrics.MetricID;
import org.tribuo.evaluation.metrics.MetricTarget;
import org.tribuo.provenance.DataProvenance;
import org.tribuo.provenance.EvaluationProvenance;
import org.tribuo.sequence.SequenceDataSource;
import org.tribuo.sequence.SequenceDataset;
import org.tribuo.sequence.SequenceEvaluation;
import org.tribuo.sequence.SequenceEvaluator;
import org.tribuo.sequence.SequenceExample;
import org.tribuo.sequence.SequenceModel;

/**
 * Compares the entities that a model finds with the true ones: an entity is found if its first and
 * its last element and its type are right. {@link Entities} says how tags mark entities, and what
 * is done with tags that cannot follow each other.
 */
public final class EntityEvaluator implements SequenceEvaluator<Label, EntityEvaluator.Evaluation> {
  @Override
  public Evaluation evaluate(SequenceModel<Label> model, SequenceDataset<Label> dataset) {
    return evaluate(model, model.predict(dataset), dataset.getProvenance());
  }

  @Override
  public Evaluation evaluate(SequenceModel<Label> model, SequenceDataSource<Label> datasource) {
    List<SequenceExample<Label>> sequences = new ArrayList<>();
    datasource.forEach(sequences::add);
    return evaluate(model, model.predict(sequences), datasource.getProvenance());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if an element has no label
   */
  @Override
  public Evaluation evaluate(
      SequenceModel<Label> model,
      List<List<Prediction<Label>>> predictions,
      DataProvenance dataProvenance) {
    return compare(predictions, new EvaluationProvenance(model.getProvenance(), dataProvenance));
  }

  private static Evaluation compare(
      List<List<Prediction<Label>>> predictions, EvaluationProvenance provenance) {
    List<List<String>> predicted = new ArrayList<>();
    List<List<String>> expected = new ArrayList<>();
    for (List<Prediction<Label>> sequence : predictions) {
      predicted.add(sequence.stream().map(word -> word.getOutput().getLabel()).toList());
      expected.add(expected(sequence, expected.size()));
    }
    boolean ended =
        Entities.areEnded(expected.stream().flatMap(List::stream).toList())
            || Entities.areEnded(predicted.stream().flatMap(List::stream).toList());
    Tally counts = new Tally();
    for (int i = 0; i < expected.size(); i++) {
      counts.add(predicted.get(i), expected.get(i), ended);
    }
    return new Evaluation(
        counts.ofTypes, counts.right, counts.elements, counts.illegal, provenance);
  }

  private static List<String> expected(List<Prediction<Label>> sequence, int number) {
    List<String> labels = new ArrayList<>();
    for (Prediction<Label> word : sequence) {
      Label label = word.getExample().getOutput();
      if (label.equals(LabelFactory.UNKNOWN_LABEL)) {
        throw new IllegalArgumentException(
            "Element %d of sequence %d has no label, so it cannot be evaluated; leave the sequence out"
                .formatted(labels.size(), number));
      }
      labels.add(label.getLabel());
    }
    return labels;
  }

  /** What is counted over all sequences. */
  private static final class Tally {
    private final Map<String, Evaluation.Counts> ofTypes = new TreeMap<>();
    private long right;
    private long elements;
    private long illegal;

    void add(List<String> predicted, List<String> expected, boolean ended) {
      Entities found = Entities.of(predicted, ended);
      Set<Entities.Entity> ofModel = new HashSet<>(found.found());
      Set<Entities.Entity> ofData = new HashSet<>(Entities.of(expected, ended).found());
      Set<String> types = new TreeSet<>();
      ofModel.forEach(entity -> types.add(entity.type()));
      ofData.forEach(entity -> types.add(entity.type()));
      for (String type : types) {
        ofTypes.merge(type, of(type, ofModel, ofData), Evaluation.Counts::plus);
      }
      illegal += found.illegal();
      elements += expected.size();
      for (int i = 0; i < expected.size(); i++) {
        right += predicted.get(i).equals(expected.get(i)) ? 1 : 0;
      }
    }

    private static Evaluation.Counts of(
        String type, Set<Entities.Entity> ofModel, Set<Entities.Entity> ofData) {
      long predicted = ofModel.stream().filter(entity -> entity.type().equals(type)).count();
      long expected = ofData.stream().filter(entity -> entity.type().equals(type)).count();
      long right =
          ofModel.stream()
              .filter(entity -> entity.type().equals(type) && ofData.contains(entity))
              .count();
      return new Evaluation.Counts(right, predicted, expected);
    }
  }

  /** How many entities a model found, and how many of its labels are right. Immutable. */
  public static final class Evaluation implements SequenceEvaluation<Label> {
    private final Map<String, Counts> ofTypes;
    private final long right;
    private final long elements;
    private final long illegal;
    private final EvaluationProvenance provenance;

    private Evaluation(
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
          new MetricID<>(new MetricTarget<Label>(Average.MICRO), "token-accuracy"),
          tokenAccuracy());
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
}
