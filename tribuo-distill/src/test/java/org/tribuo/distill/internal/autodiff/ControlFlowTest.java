package org.tribuo.distill.internal.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tribuo.distill.graph.internal.pass.HandMade.body;
import static org.tribuo.distill.graph.internal.pass.HandMade.branch;
import static org.tribuo.distill.graph.internal.pass.HandMade.model;
import static org.tribuo.distill.graph.internal.pass.HandMade.node;
import static org.tribuo.distill.graph.internal.pass.HandMade.number;
import static org.tribuo.distill.graph.internal.pass.HandMade.value;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/** If, Loop and Scan stay where no gradient goes through them, and are errors where one would. */
class ControlFlowTest {
  private static final Tensor X = Tensor.of(new float[] {1, -2, 3}, 3);

  /** A loop that doubles a value twice. */
  private static NodeProto loop(String start, String end, ElementType type) {
    return node(
        "Loop",
        List.of("two", "", start),
        List.of(end),
        body(
            "body",
            List.of(
                value("pass", ElementType.INT64),
                value("goes_on", ElementType.BOOL),
                value("before", type, 3)),
            List.of("still_goes_on", "after"),
            node("Identity", List.of("goes_on"), List.of("still_goes_on")),
            node("Add", List.of("before", "before"), List.of("after"))));
  }

  private static OnnxModel modelOf(NodeProto... nodes) {
    return model(
        value("x", ElementType.FLOAT, 3),
        List.of(
            Tensor.of(new float[] {1, 2, 3}, 3).toProto("w"),
            Tensor.scalar(2L).toProto("two"),
            Tensor.scalar(0f).toProto("zero")),
        List.of(),
        nodes);
  }

  /** A choice that depends on the numbers of x. */
  private static final NodeProto[] CHOICE = {
    node("ReduceMax", List.of("x"), List.of("largest"), number("keepdims", 0)),
    node("Greater", List.of("largest", "zero"), List.of("positive")),
    node(
        "If",
        List.of("positive"),
        List.of("y"),
        branch("then_branch", "a", node("Mul", List.of("x", "w"), List.of("a"))),
        branch("else_branch", "b", node("Neg", List.of("x"), List.of("b"))))
  };

  private static float[] gradient(OnnxModel model, String kept) throws Exception {
    Graph graph = Graph.of(model);
    Normalization.applyForTraining(graph);
    assertThat(graph.nodes()).extracting(Node::opType).contains(kept);
    Value loss = Ops.on(graph).reduceSum(graph.value("y"));
    Value gradient =
        Differentiator.differentiate(graph, loss.name(), List.of("w"), StandardOperators.TABLE)
            .get("w");
    graph.addOutput(gradient.name());
    return GraphRunner.run(graph, Map.of("x", X)).get(gradient.name()).toFloats();
  }

  @Test
  void aLoopOverWhatIsNotTrainedStays() throws Exception {
    OnnxModel model =
        modelOf(
            loop("x", "fourfold", ElementType.FLOAT),
            node("Mul", List.of("fourfold", "w"), List.of("y")));

    assertThat(gradient(model, "Loop")).containsExactly(4, -8, 12);
  }

  @Test
  void aChoiceOfPositionsStays() throws Exception {
    OnnxModel model =
        modelOf(
            node("ReduceMax", List.of("x"), List.of("largest"), number("keepdims", 0)),
            node("Greater", List.of("largest", "zero"), List.of("positive")),
            node(
                "If",
                List.of("positive"),
                List.of("position"),
                branch("then_branch", "a", node("Identity", List.of("two"), List.of("a"))),
                branch("else_branch", "b", node("Neg", List.of("two"), List.of("b")))),
            node("Gather", List.of("w", "position"), List.of("chosen")),
            node("Mul", List.of("chosen", "x"), List.of("y")));

    assertThat(gradient(model, "If")).containsExactly(0, 0, 2);
  }

  @Test
  void saysThatOnlyTheRunShowsWhichBranchIsTaken() {
    assertThatThrownBy(() -> gradient(modelOf(CHOICE), "If"))
        .isInstanceOf(UnknownOperatorException.class)
        .hasMessage(
            "No gradient rule for 'If' (opset 21) at node 'If of [y]', between the loss and 1"
                + " trainable weights (first: w). Freeze those weights (frozenWeights), or export the model so that"
                + " the condition is a constant: only the run shows which branch is taken");
  }

  @Test
  void saysThatOnlyTheRunShowsHowOftenALoopIsPassed() {
    OnnxModel model =
        modelOf(
            node("Mul", List.of("x", "w"), List.of("product")),
            loop("product", "y", ElementType.FLOAT));

    assertThatThrownBy(() -> gradient(model, "Loop"))
        .isInstanceOf(UnknownOperatorException.class)
        .hasMessage(
            "No gradient rule for 'Loop' (opset 21) at node 'Loop of [y]', between the loss and 1"
                + " trainable weights (first: w). Freeze those weights (frozenWeights), or export the model with the"
                + " loop written out: only the run shows how often it is passed");
  }
}
