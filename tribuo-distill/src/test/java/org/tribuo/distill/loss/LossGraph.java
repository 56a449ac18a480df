package org.tribuo.distill.loss;

import ai.onnxruntime.OrtException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.tribuo.distill.engine.internal.ort.RunningGraph;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.autodiff.Differentiator;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/** An objective over logits that are inputs of its graph: as small as a student can be. */
public final class LossGraph implements AutoCloseable {
  private final AttachedObjective attached;
  private final RunningGraph running;

  private LossGraph(AttachedObjective attached, RunningGraph running) {
    this.attached = attached;
    this.running = running;
  }

  /**
   * @param others inputs of the student that no logits come from, such as an attention mask
   * @param logits the student's outputs
   */
  public static LossGraph of(
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
  public static LossGraph of(Graph graph, AttachedObjective attached, Collection<String> by)
      throws OrtException {
    Ops op = Ops.on(graph);
    Map<String, Value> gradients =
        Differentiator.differentiate(
            graph, attached.differentiated().name(), by, StandardOperators.TABLE);
    gradients.forEach((name, grad) -> graph.addOutput(op.named(name + "_grad", grad).name()));
    return new LossGraph(attached, RunningGraph.of(graph.toModel()));
  }

  public static LossGraph of(Objective objective, TensorType logits) throws OrtException {
    return of(objective, Map.of(), Map.of("logits", logits));
  }

  AttachedObjective attached() {
    return attached;
  }

  /**
   * Runs the graph: the terms by name, and the gradient of each logits input by NAME_grad. A batch
   * that states no scale of what is labelled is a whole update.
   */
  public Map<String, Tensor> run(Map<String, Tensor> batch) throws OrtException {
    Map<String, Tensor> fed = new HashMap<>(batch);
    TensorType scale = attached.inputs().get(ObjectiveInputs.LABELLED_SCALE);
    if (scale != null) {
      boolean isDouble = scale.elementType() == ElementType.DOUBLE;
      Tensor one = isDouble ? Tensor.of(new double[] {1}) : Tensor.scalar(1f);
      fed.putIfAbsent(ObjectiveInputs.LABELLED_SCALE, one);
    }
    attached.check(fed);
    return running.run(fed);
  }

  /** The number in a scalar. */
  public static double number(Tensor scalar) {
    return scalar.elementType() == ElementType.DOUBLE
        ? scalar.data().getDouble(0)
        : scalar.data().getFloat(0);
  }

  @Override
  public void close() throws OrtException {
    running.close();
  }
}
