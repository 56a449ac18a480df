package org.tribuo.distill.task.internal;

import com.google.protobuf.Any;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.evaluation.LabelEvaluation;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.evaluation.Evaluation;

/** One label of several for each example. */
public record SingleLabel() implements ClassificationTask<Label> {
  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown
   */
  public static SingleLabel deserializeFromProto(int version, String className, Any message) {
    SavedComponents.checkVersion(version, className);
    return new SingleLabel();
  }

  @Override
  public Class<Label> outputType() {
    return Label.class;
  }

  @Override
  public SortedSet<String> names(ImmutableOutputInfo<Label> domain) {
    SortedSet<String> names = new TreeSet<>();
    domain.getDomain().forEach(label -> names.add(label.getLabel()));
    // A dataset that was saved and read counts its unlabelled examples as a label of their own.
    names.remove(Label.UNKNOWN);
    return names;
  }

  @Override
  public TargetCodec<Label> codec(LabelOrder columns) {
    return new LabelCodec(columns);
  }

  /** A label without a score, as a class that no neighbour of an example has, has none: 0. */
  @Override
  public double[] scores(Prediction<Label> prediction, LabelOrder columns) {
    Label output = prediction.getOutput();
    Map<String, Label> stated = prediction.getOutputScores();
    Map<String, Label> scores =
        stated.isEmpty() ? Map.of(output.getLabel(), new Label(output.getLabel(), 1)) : stated;
    return columns.names().stream()
        .mapToDouble(name -> scores.containsKey(name) ? scores.get(name).getScore() : 0)
        .toArray();
  }

  @Override
  public Score score(LabelOrder columns) {
    return new Accuracy();
  }

  @Override
  public double criterion(Evaluation<Label> evaluation) {
    return ((LabelEvaluation) evaluation).accuracy();
  }

  @Override
  public String toString() {
    return "SingleLabel";
  }
}
