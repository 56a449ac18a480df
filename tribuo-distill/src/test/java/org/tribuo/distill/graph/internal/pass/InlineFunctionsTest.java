package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tribuo.distill.graph.internal.pass.HandMade.branch;
import static org.tribuo.distill.graph.internal.pass.HandMade.function;
import static org.tribuo.distill.graph.internal.pass.HandMade.given;
import static org.tribuo.distill.graph.internal.pass.HandMade.model;
import static org.tribuo.distill.graph.internal.pass.HandMade.node;
import static org.tribuo.distill.graph.internal.pass.HandMade.nodeOf;
import static org.tribuo.distill.graph.internal.pass.HandMade.number;
import static org.tribuo.distill.graph.internal.pass.HandMade.value;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

class InlineFunctionsTest {
  private static final Tensor WEIGHT = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);

  private static final FunctionProto LINEAR =
      function(
          "Linear",
          List.of("input", "weight"),
          List.of("result"),
          List.of(),
          node("MatMul", List.of("input", "weight"), List.of("result")));

  /** Softmax over an axis that the call names, the last one otherwise. */
  private static final FunctionProto ATTEND =
      function(
          "Attend",
          List.of("input", "weight"),
          List.of("result"),
          List.of(number("axis", -1)),
          nodeOf("local", "Linear", List.of("input", "weight"), List.of("scores")),
          node(
              "Softmax",
              List.of("scores"),
              List.of("result"),
              given("axis", AttributeType.INT, "axis")));

  private static OnnxModel twoCalls() {
    return model(
        value("x", ElementType.FLOAT, 2, 3),
        List.of(WEIGHT.toProto("w")),
        List.of(LINEAR, ATTEND),
        nodeOf("local", "Attend", List.of("x", "w"), List.of("scores"), number("axis", 0)),
        nodeOf("local", "Attend", List.of("x", "w"), List.of("other")),
        node("Add", List.of("scores", "other"), List.of("y")));
  }

  @Test
  void writesOutFunctionsThatCallFunctions() throws Exception {
    Graph graph = Graph.of(twoCalls());
    Normalization.apply(graph);

    assertThat(graph.nodes())
        .extracting(Node::opType)
        .containsExactlyInAnyOrder("MatMul", "Softmax", "MatMul", "Softmax", "Add");
    assertThat(graph.consumers("w")).hasSize(2);
    assertThat(graph.toModel().proto().getFunctionsList()).isEmpty();
    Map<String, Tensor> x = Map.of("x", Tensor.of(new float[] {1, -1, 2, 0.5f, 0, -2}, 2, 3));
    Outputs.assertSame(GraphRunner.run(graph, x), GraphRunner.run(twoCalls(), x));
  }

  @Test
  void keepsWhatABodyWithinAFunctionReadsFromAroundIt() throws Exception {
    FunctionProto choose =
        function(
            "Choose",
            List.of("condition", "value"),
            List.of("result"),
            List.of(),
            node("Neg", List.of("value"), List.of("negative")),
            node(
                "If",
                List.of("condition"),
                List.of("result"),
                branch("then_branch", "a", node("Add", List.of("value", "negative"), List.of("a"))),
                branch(
                    "else_branch", "b", node("Mul", List.of("value", "negative"), List.of("b")))));
    OnnxModel model =
        model(
            value("x", ElementType.FLOAT, 2),
            List.of(Tensor.scalar(0f).toProto("zero")),
            List.of(choose),
            node("ReduceMax", List.of("x"), List.of("largest"), number("keepdims", 0)),
            node("Greater", List.of("largest", "zero"), List.of("positive")),
            nodeOf("local", "Choose", List.of("positive", "x"), List.of("y")));
    Graph graph = Graph.of(model);
    Normalization.apply(graph);

    for (float sign : new float[] {1, -1}) {
      Map<String, Tensor> x = Map.of("x", Tensor.of(new float[] {sign * 2, sign * 3}, 2));
      Outputs.assertSame(GraphRunner.run(graph, x), GraphRunner.run(model, x));
    }
  }

  @Test
  void saysThatAFunctionIsOfAnotherOpset() {
    FunctionProto old =
        LINEAR.toBuilder()
            .setOpsetImport(0, OperatorSetIdProto.newBuilder().setVersion(17))
            .build();
    OnnxModel model =
        model(
            value("x", ElementType.FLOAT, 2, 3),
            List.of(WEIGHT.toProto("w")),
            List.of(old),
            nodeOf("local", "Linear", List.of("x", "w"), List.of("y")));

    assertThatThrownBy(() -> Normalization.apply(Graph.of(model)))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "Function 'local::Linear' is written in version 17 of the operators of domain '', the"
                + " model in 18");
  }
}
