package org.tribuo.distill.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.BinarySoftTargets;
import org.tribuo.distill.loss.CosineDistance;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.RegressionSoftTargets;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.loss.internal.BinaryCrossEntropy;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.SquaredError;
import org.tribuo.distill.loss.internal.TokenMask;

/** The loss that a case defines. */
final class ZooObjective {
  private final ZooCase zooCase;
  private final JsonNode loss;

  ZooObjective(ZooCase zooCase) {
    this.zooCase = zooCase;
    this.loss = zooCase.loss();
  }

  AttachedObjective attach(Graph graph) {
    Value[] outputs = zooCase.studentOutputs().stream().map(graph::value).toArray(Value[]::new);
    return objective().attach(Ops.on(graph), outputs);
  }

  private Objective objective() {
    String kind = loss.get("kind").asText();
    return switch (kind) {
      case "kd" -> Objective.of(rows(), new CrossEntropy(), new KlDivergence());
      case "qa-kd" -> Objective.of(RowForm.spans(), new CrossEntropy(), new KlDivergence());
      case "regression" ->
          Objective.of(RowForm.examples(), new SquaredError(), new RegressionSoftTargets());
      case "multi-label" ->
          Objective.of(RowForm.examples(), new BinaryCrossEntropy(), new BinarySoftTargets());
      case "embedding-cosine" -> Objective.of(RowForm.examples(), new CosineDistance());
      default -> throw new AssertionError("Case %s: unknown loss '%s'".formatted(zooCase, kind));
    };
  }

  private RowForm rows() {
    if (zooCase.targets().get(ObjectiveInputs.LABELS).rank() == 1) {
      return RowForm.examples();
    }
    return loss.get("shift").asInt() == 1
        ? new RowForm.Tokens(1, TokenMask.labels(), false)
        : RowForm.tokens(TokenMask.labels());
  }

  /** What the case feeds to the objective's inputs. */
  Map<String, Tensor> feeds() {
    Map<String, Tensor> feeds = new LinkedHashMap<>(zooCase.targets());
    Tensor embedding = feeds.remove("teacher_embedding");
    if (embedding != null) {
      feeds.put(ObjectiveInputs.TEACHER_LOGITS, embedding);
    }
    int batch = (int) feeds.values().iterator().next().dim(0);
    float[] ones = new float[batch];
    Arrays.fill(ones, 1);
    feeds.put(ObjectiveInputs.LABELLED, Tensor.of(ones, batch));
    feeds.put(ObjectiveInputs.LOSS_SCALE, Tensor.scalar(1f));
    feeds.put(ObjectiveInputs.ALPHA, Tensor.scalar((float) loss.path("alpha").asDouble()));
    feeds.put(
        ObjectiveInputs.TEMPERATURE, Tensor.scalar((float) loss.path("temperature").asDouble()));
    return feeds;
  }
}
