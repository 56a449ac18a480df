package org.tribuo.distill.training.internal.data;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.student.internal.NetworkRunner;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.Reference;
import org.tribuo.distill.task.internal.Score;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.training.internal.Validation;

/** Measures a student on rows that were held out, each as its example's weight says. */
public final class HeldOutValidation implements Validation {
  private final StudentNetwork network;
  private final Device device;
  private final Score score;
  private final ExampleInputs<?> examples;
  private final Reference reference;
  private final List<Tensor> labels;

  /**
   * Of rows that are labelled.
   *
   * @param rows of all examples
   * @param heldOut the numbers of those that are held out
   */
  public HeldOutValidation(
      StudentNetwork network, Device device, Score score, ExampleRows rows, int[] heldOut) {
    this.network = network;
    this.device = device;
    this.score = score;
    this.examples = rows.inputs().pick(heldOut);
    Targets targets = rows.targets();
    this.reference =
        new Reference(
            targets.labels(heldOut),
            weighted(
                targets.batch(ObjectiveInputs.LABELLED, heldOut),
                rows.weights().relative().pick(heldOut)),
            Optional.ofNullable(targets.batch(heldOut).get(ObjectiveInputs.COUNTED)),
            Arrays.stream(heldOut).map(row -> rows.sources()[row]).toArray());
    this.labels = Arrays.stream(heldOut).mapToObj(targets::labels).toList();
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
    try (NetworkRunner runner = new NetworkRunner(network.withWeightsOf(student), device)) {
      Tensor kept =
          runner.logits(
              examples,
              score.width(network.labelOrder().size()),
              (row, logits) -> score.kept(logits, labels.get(row)));
      return Map.of(score.metric(), score.of(kept, reference));
    }
  }

  @Override
  public String criterion() {
    return score.metric();
  }
}
