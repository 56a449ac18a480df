package org.tribuo.distill.training.data;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.RowShape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.TokenSequence;
import org.tribuo.distill.loss.ObjectiveInputs;
import org.tribuo.distill.output.Score;
import org.tribuo.distill.output.TargetKind;
import org.tribuo.distill.student.NetworkRunner;
import org.tribuo.distill.student.StudentNetwork;
import org.tribuo.distill.training.Validation;

/** Measures a student on rows that were held out, each as its example's weight says. */
public final class HeldOutValidation implements Validation {
  private final StudentNetwork network;
  private final Device device;
  private final RowShape row;
  private final Score score;
  private final List<TokenSequence> texts;
  private final Tensor labels;
  private final Tensor weights;

  /**
   * Of rows that are labelled.
   *
   * @param row the shape of the student's logits of one example
   * @param rows of all examples
   * @param heldOut the numbers of those that are held out
   */
  public HeldOutValidation(
      StudentNetwork network,
      Device device,
      RowShape row,
      TargetKind kind,
      TextRows rows,
      int[] heldOut) {
    this.network = network;
    this.device = device;
    this.row = row;
    this.score = Score.of(kind);
    this.texts = Arrays.stream(heldOut).mapToObj(rows.texts()::get).toList();
    this.labels = rows.targets().batch(ObjectiveInputs.LABELS, heldOut);
    this.weights =
        weighted(
            rows.targets().batch(ObjectiveInputs.LABELLED, heldOut),
            rows.weights().relative().pick(heldOut));
  }

  /** What is labelled, each example by its weight. */
  private static Tensor weighted(Tensor labelled, Tensor ofExamples) {
    float[] weights = labelled.toFloats();
    float[] each = ofExamples.toFloats();
    int rows = weights.length / each.length;
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= each[i / rows];
    }
    return Tensor.of(weights, labelled.dims());
  }

  @Override
  public Map<String, Double> measure(OnnxModel student) {
    try (NetworkRunner runner = new NetworkRunner(network.withWeightsOf(student), row, device)) {
      return Map.of(score.metric(), score.of(runner.logits(texts), labels, weights));
    }
  }

  @Override
  public String criterion() {
    return score.metric();
  }
}
