package org.tribuo.distill.sequence;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.task.token.Entities;
import org.tribuo.provenance.DataProvenance;
import org.tribuo.provenance.EvaluationProvenance;
import org.tribuo.sequence.SequenceDataSource;
import org.tribuo.sequence.SequenceDataset;
import org.tribuo.sequence.SequenceEvaluator;
import org.tribuo.sequence.SequenceExample;
import org.tribuo.sequence.SequenceModel;

/**
 * Compares the entities that a model finds with the true ones: an entity is found if its first and
 * its last element and its type are right. {@link Entities} says how tags mark entities, and what
 * is done with tags that cannot follow each other.
 */
public final class EntityEvaluator implements SequenceEvaluator<Label, EntityEvaluation> {
  @Override
  public EntityEvaluation evaluate(SequenceModel<Label> model, SequenceDataset<Label> dataset) {
    return evaluate(model, model.predict(dataset), dataset.getProvenance());
  }

  @Override
  public EntityEvaluation evaluate(
      SequenceModel<Label> model, SequenceDataSource<Label> datasource) {
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
  public EntityEvaluation evaluate(
      SequenceModel<Label> model,
      List<List<Prediction<Label>>> predictions,
      DataProvenance dataProvenance) {
    return compare(predictions, new EvaluationProvenance(model.getProvenance(), dataProvenance));
  }

  private static EntityEvaluation compare(
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
    Counts counts = new Counts();
    for (int i = 0; i < expected.size(); i++) {
      counts.add(predicted.get(i), expected.get(i), ended);
    }
    return new EntityEvaluation(
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
  private static final class Counts {
    private final Map<String, EntityEvaluation.Counts> ofTypes = new TreeMap<>();
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
        ofTypes.merge(type, of(type, ofModel, ofData), EntityEvaluation.Counts::plus);
      }
      illegal += found.illegal();
      elements += expected.size();
      for (int i = 0; i < expected.size(); i++) {
        right += predicted.get(i).equals(expected.get(i)) ? 1 : 0;
      }
    }

    private static EntityEvaluation.Counts of(
        String type, Set<Entities.Entity> ofModel, Set<Entities.Entity> ofData) {
      long predicted = ofModel.stream().filter(entity -> entity.type().equals(type)).count();
      long expected = ofData.stream().filter(entity -> entity.type().equals(type)).count();
      long right =
          ofModel.stream()
              .filter(entity -> entity.type().equals(type) && ofData.contains(entity))
              .count();
      return new EntityEvaluation.Counts(right, predicted, expected);
    }
  }
}
