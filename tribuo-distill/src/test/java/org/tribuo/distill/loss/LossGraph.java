package org.tribuo.distill.loss;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.autodiff.Differentiator;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.standard.StandardOperators;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.runtime.TrainingRuntime;

/** An objective over logits that are inputs of its graph: as small as a student can be. */
final class LossGraph implements AutoCloseable {
  private final AttachedObjective attached;
  private final OrtSession session;

  private LossGraph(AttachedObjective attached, OrtSession session) {
    this.attached = attached;
    this.session = session;
  }

  /**
   * @param others inputs of the student that no logits come from, such as an attention mask
   * @param logits the student's outputs
   */
  static LossGraph of(
      Objective objective, Map<String, TensorType> others, Map<String, TensorType> logits)
      throws OrtException {
    Graph graph = Graph.empty(Ops.OPSET);
    others.forEach(graph::addInput);
    logits.forEach(graph::addInput);
    Ops op = Ops.on(graph);
    Value[] outputs =
        logits.keySet().stream().map(graph::value).map(op::identity).toArray(Value[]::new);
    return of(graph, objective.attach(op, outputs), logits.keySet());
  }

  /** A graph with an objective in it, and its gradient by some floats. */
  static LossGraph of(Graph graph, AttachedObjective attached, Collection<String> by)
      throws OrtException {
    Ops op = Ops.on(graph);
    Map<String, Value> gradients =
        Differentiator.differentiate(
            graph, attached.differentiated().name(), by, StandardOperators.TABLE);
    gradients.forEach((name, grad) -> graph.addOutput(op.named(name + "_grad", grad).name()));
    try (OrtSession.SessionOptions options = SessionSettings.cpu(1).newOptions()) {
      OrtSession session =
          TrainingRuntime.environment()
              .createSession(graph.toModel().toProto().toByteArray(), options);
      return new LossGraph(attached, session);
    }
  }

  static LossGraph of(Objective objective, TensorType logits) throws OrtException {
    return of(objective, Map.of(), Map.of("logits", logits));
  }

  AttachedObjective attached() {
    return attached;
  }

  /** Runs the graph: the terms by name, and the gradient of each logits input by NAME_grad. */
  Map<String, Tensor> run(Map<String, Tensor> batch) throws OrtException {
    attached.check(batch);
    Map<String, OnnxTensor> feeds = new HashMap<>();
    List<OnnxTensor> open = new ArrayList<>();
    try {
      for (String name : session.getInputNames()) {
        OnnxTensor tensor = batch.get(name).toOrt(TrainingRuntime.environment());
        open.add(tensor);
        feeds.put(name, tensor);
      }
      Map<String, Tensor> results = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(feeds)) {
        result.forEach(e -> results.put(e.getKey(), Tensor.of((OnnxTensor) e.getValue())));
      }
      return results;
    } finally {
      open.forEach(OnnxTensor::close);
    }
  }

  /** The number in a scalar. */
  static double number(Tensor scalar) {
    return scalar.elementType() == ElementType.DOUBLE
        ? scalar.data().getDouble(0)
        : scalar.data().getFloat(0);
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
