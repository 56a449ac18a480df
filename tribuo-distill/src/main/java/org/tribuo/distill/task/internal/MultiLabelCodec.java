package org.tribuo.distill.task.internal;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.Example;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.multilabel.MultiLabel;

/**
 * Any number of labels: a sigmoid a column, the scores are probabilities, and a label is predicted
 * where its probability is above one half, as Tribuo does. An example may have no label and still
 * be labelled: with none.
 */
final class MultiLabelCodec implements TargetCodec<MultiLabel> {
  private static final double THRESHOLD = 0.5;
  private static final Set<String> UNKNOWN = Set.of(Label.UNKNOWN);

  private final LabelOrder columns;

  MultiLabelCodec(LabelOrder columns) {
    this.columns = columns;
  }

  @Override
  public LabelOrder columns() {
    return columns;
  }

  @Override
  public boolean isLabelled(MultiLabel output) {
    return !output.getNameSet().equals(UNKNOWN);
  }

  @Override
  public Targets encode(List<? extends Example<MultiLabel>> examples) {
    float[] labels = new float[Math.multiplyExact(examples.size(), width())];
    float[] labelled = new float[examples.size()];
    for (int row = 0; row < labelled.length; row++) {
      MultiLabel output = examples.get(row).getOutput();
      if (isLabelled(output)) {
        labelled[row] = 1;
        for (String name : output.getNameSet()) {
          labels[row * width() + columns.column(name, row)] = 1;
        }
      }
    }
    return Targets.of(
        Tensor.of(labels, labelled.length, width()), Tensor.of(labelled, labelled.length));
  }

  @Override
  public Prediction<MultiLabel> decode(float[] logits, int used, Example<MultiLabel> example) {
    Logits.check(logits, columns);
    Map<String, MultiLabel> scores = new LinkedHashMap<>();
    Set<Label> predicted = new LinkedHashSet<>();
    for (int i = 0; i < logits.length; i++) {
      Label label = new Label(columns.names().get(i), Logits.sigmoid(logits[i]));
      scores.put(label.getLabel(), new MultiLabel(label));
      if (label.getScore() > THRESHOLD) {
        predicted.add(label);
      }
    }
    return new Prediction<>(new MultiLabel(predicted), scores, used, example, true);
  }

  @Override
  public String toString() {
    return "MultiLabelCodec" + columns;
  }
}
