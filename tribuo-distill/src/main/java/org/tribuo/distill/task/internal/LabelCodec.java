package org.tribuo.distill.task.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.Example;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.distill.graph.Tensor;

/** One label of several: softmax over the columns, the scores are probabilities. */
final class LabelCodec implements TargetCodec<Label> {
  private final LabelOrder columns;

  LabelCodec(LabelOrder columns) {
    if (columns.size() < 2) {
      throw new IllegalArgumentException(
          "The dataset has the single label %s, expected at least two".formatted(columns.names()));
    }
    this.columns = columns;
  }

  @Override
  public LabelOrder columns() {
    return columns;
  }

  @Override
  public boolean isLabelled(Label output) {
    return !output.getLabel().equals(Label.UNKNOWN);
  }

  @Override
  public Targets encode(List<? extends Example<Label>> examples) {
    long[] labels = new long[examples.size()];
    float[] labelled = new float[examples.size()];
    for (int row = 0; row < labels.length; row++) {
      Label output = examples.get(row).getOutput();
      if (isLabelled(output)) {
        labels[row] = columns.column(output.getLabel(), row);
        labelled[row] = 1;
      } else {
        labels[row] = Targets.UNLABELLED;
      }
    }
    return Targets.of(Tensor.of(labels, labels.length), Tensor.of(labelled, labels.length));
  }

  @Override
  public Prediction<Label> decode(float[] logits, int used, Example<Label> example) {
    Logits.check(logits, columns);
    double[] probabilities = Logits.softmax(logits);
    Map<String, Label> scores = new LinkedHashMap<>();
    int best = 0;
    for (int i = 0; i < logits.length; i++) {
      scores.put(columns.names().get(i), new Label(columns.names().get(i), probabilities[i]));
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return new Prediction<>(scores.get(columns.names().get(best)), scores, used, example, true);
  }

  @Override
  public String toString() {
    return "LabelCodec" + columns;
  }
}
