package org.tribuo.distill.training.data;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.TokenSequence;
import org.tribuo.distill.output.Score;
import org.tribuo.distill.output.TargetKind;
import org.tribuo.distill.student.NetworkRunner;
import org.tribuo.distill.student.StudentNetwork;
import org.tribuo.distill.training.Validation;

/** Measures a student on rows that were held out, each as its example's weight says. */
public final class HeldOutValidation implements Validation {
  private final StudentNetwork network;
  private final Device device;
  private final Score score;
  private final List<TokenSequence> texts;
  private final Tensor labels;
  private final Tensor weights;

  public HeldOutValidation(
      StudentNetwork network, Device device, TargetKind kind, TextRows rows, int[] heldOut) {
    this.network = network;
    this.device = device;
    this.score = Score.of(kind);
    this.texts = Arrays.stream(heldOut).mapToObj(rows.texts()::get).toList();
    this.labels = TensorRows.pick(rows.targets().labels(), heldOut);
    this.weights = TensorRows.pick(rows.weights().relative(), heldOut);
  }

  @Override
  public Map<String, Double> measure(OnnxModel student) {
    try (NetworkRunner runner = new NetworkRunner(network.withWeightsOf(student), device)) {
      return Map.of(score.metric(), score.of(runner.logits(texts), labels, weights));
    }
  }

  @Override
  public String criterion() {
    return score.metric();
  }
}
