package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tribuo.distill.graph.internal.pass.HandMade.branch;
import static org.tribuo.distill.graph.internal.pass.HandMade.model;
import static org.tribuo.distill.graph.internal.pass.HandMade.node;
import static org.tribuo.distill.graph.internal.pass.HandMade.number;
import static org.tribuo.distill.graph.internal.pass.HandMade.tensor;
import static org.tribuo.distill.graph.internal.pass.HandMade.value;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

class ResolveConditionsTest {
  private static final Map<String, Tensor> X = Map.of("x", Tensor.of(new float[] {1, -2, 3}, 1, 3));

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void takesTheBranchOfAConstantCondition(boolean condition) throws Exception {
    OnnxModel model =
        model(
            value("x", ElementType.FLOAT, 1, 3),
            List.of(),
            List.of(),
            node(
                "Constant",
                List.of(),
                List.of("squeezes"),
                tensor("value", Tensor.of(new boolean[] {condition}))),
            node(
                "If",
                List.of("squeezes"),
                List.of("result"),
                branch("then_branch", "a", node("Abs", List.of("x"), List.of("a"))),
                branch(
                    "else_branch",
                    "a",
                    node("Neg", List.of("x"), List.of("negative")),
                    node("Softmax", List.of("negative"), List.of("a"), number("axis", 1)))),
            node("Mul", List.of("result", "x"), List.of("y")));
    Graph graph = Graph.of(model);
    Normalization.apply(graph);

    assertThat(graph.nodes()).extracting(Node::opType).doesNotContain("If");
    Outputs.assertSame(GraphRunner.run(graph, X), GraphRunner.run(model, X));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3})
  void takesTheBranchThatSizesDecide(long size) throws Exception {
    OnnxModel model =
        model(
            value("x", ElementType.FLOAT, 1, 3),
            List.of(Tensor.scalar(1L).toProto("one"), Tensor.scalar(size).toProto("size")),
            List.of(),
            node("Shape", List.of("x"), List.of("sizes")),
            node("Gather", List.of("sizes", "one"), List.of("columns")),
            node("Equal", List.of("columns", "size"), List.of("fits")),
            node("Not", List.of("fits"), List.of("differs")),
            node("Cast", List.of("columns"), List.of("any"), number("to", 9)),
            node("And", List.of("any", "differs"), List.of("condition")),
            node(
                "If",
                List.of("condition"),
                List.of("y"),
                branch("then_branch", "a", node("Abs", List.of("x"), List.of("a"))),
                branch("else_branch", "b", node("Neg", List.of("x"), List.of("b")))));
    Graph graph = Graph.of(model);
    Normalization.apply(graph);

    assertThat(graph.nodes())
        .extracting(Node::opType)
        .contains(size == 3 ? "Neg" : "Abs")
        .doesNotContain("If", "Equal");
    Outputs.assertSame(GraphRunner.run(graph, X), GraphRunner.run(model, X));
  }

  @Test
  void leavesAConditionThatOnlyTheRunShows() throws Exception {
    OnnxModel model =
        model(
            value("x", ElementType.FLOAT, 1, 3),
            List.of(Tensor.scalar(0f).toProto("zero")),
            List.of(),
            node("ReduceMax", List.of("x"), List.of("largest"), number("keepdims", 0)),
            node("Greater", List.of("largest", "zero"), List.of("positive")),
            node(
                "If",
                List.of("positive"),
                List.of("y"),
                branch("then_branch", "a", node("Abs", List.of("x"), List.of("a"))),
                branch("else_branch", "b", node("Neg", List.of("x"), List.of("b")))));
    Graph graph = Graph.of(model);
    Normalization.apply(graph);

    assertThat(graph.nodes()).extracting(Node::opType).contains("If");
    Outputs.assertSame(GraphRunner.run(graph, X), GraphRunner.run(model, X));
  }
}
