package org.tribuo.distill.task.internal;

import com.google.protobuf.Any;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.loss.BinarySoftTargets;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.internal.BinaryCrossEntropy;
import org.tribuo.evaluation.Evaluation;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.evaluation.MultiLabelEvaluation;

/** Any number of labels for each example. */
public record MultipleLabels() implements Task<MultiLabel> {
  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown
   */
  public static MultipleLabels deserializeFromProto(int version, String className, Any message) {
    SavedComponents.checkVersion(version, className);
    return new MultipleLabels();
  }

  @Override
  public Class<MultiLabel> outputType() {
    return MultiLabel.class;
  }

  @Override
  public SortedSet<String> names(ImmutableOutputInfo<MultiLabel> domain) {
    SortedSet<String> names = new TreeSet<>();
    domain.getDomain().forEach(labels -> names.addAll(labels.getNameSet()));
    // A dataset that was saved and read counts its unlabelled examples as a label of their own.
    names.remove(Label.UNKNOWN);
    return names;
  }

  @Override
  public MultiLabel output(String name, OutputFactory<MultiLabel> factory) {
    if (name.contains(",")) {
      throw new IllegalArgumentException(
          "The label order has '%s', but the label of a Tribuo MultiLabel has no comma; state another name for that column"
              .formatted(name));
    }
    return factory.generateOutput(name);
  }

  @Override
  public TargetCodec<MultiLabel> codec(LabelOrder columns) {
    return new MultiLabelCodec(columns);
  }

  /** A label without a score does not hold: 0. */
  @Override
  public double[] scores(Prediction<MultiLabel> prediction, LabelOrder columns) {
    Map<String, MultiLabel> scores = prediction.getOutputScores();
    if (scores.isEmpty()) {
      return columns.names().stream()
          .mapToDouble(name -> prediction.getOutput().contains(name) ? 1 : 0)
          .toArray();
    }
    return columns.names().stream()
        .mapToDouble(
            name ->
                scores.containsKey(name)
                    ? scores.get(name).getLabelScore(new Label(name)).orElse(0)
                    : 0)
        .toArray();
  }

  @Override
  public HardLoss hardLoss() {
    return new BinaryCrossEntropy();
  }

  @Override
  public SoftLoss softLoss() {
    return new BinarySoftTargets();
  }

  @Override
  public Optional<HardLoss.AnswerForm> probabilities() {
    return Optional.of(HardLoss.AnswerForm.LABEL_PROBABILITIES);
  }

  @Override
  public Score score(LabelOrder columns) {
    return new MicroF1();
  }

  @Override
  public double criterion(Evaluation<MultiLabel> evaluation) {
    return ((MultiLabelEvaluation) evaluation).microAveragedF1();
  }

  @Override
  public String toString() {
    return "MultipleLabels";
  }
}
