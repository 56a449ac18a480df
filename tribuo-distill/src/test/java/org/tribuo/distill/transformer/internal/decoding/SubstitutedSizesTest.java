package org.tribuo.distill.transformer.internal.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

class SubstitutedSizesTest {
  private final Graph graph = Graph.empty(Ops.OPSET);
  private final Ops op = Ops.on(graph);
  private final Value shape;

  SubstitutedSizesTest() {
    graph.addInput("target", type("targets"));
    graph.addInput("source", type("sources"));
    shape = op.shapeOf(graph.value("target"));
  }

  private static TensorType type(String positions) {
    return TensorType.of(
        ElementType.FLOAT,
        Shape.of(Dimension.of("rows"), Dimension.of(positions), Dimension.of(4)));
  }

  private void substitute() {
    Node node = graph.producer(shape.name()).orElseThrow();
    new SubstitutedSizes(graph, "source", Map.of(Dimension.of("rows"), 0)).replace(node);
  }

  @Test
  void sizesOfTheSameRowsAreReadElsewhere() throws Exception {
    Value number = op.gather(shape, op.constant(Tensor.scalar(0L)), 0);
    Value width = op.slice(shape, 0, -1, Long.MAX_VALUE);
    Value rows = op.slice(shape, 0, 0, 1);
    graph.addOutput(op.named("sizes", op.concat(0, List.of(rows, width))).name());
    graph.addOutput(op.named("number", op.identity(number)).name());

    substitute();
    graph.removeUnused();
    graph.removeInput("target");

    Map<String, Tensor> sizes =
        GraphRunner.run(graph, Map.of("source", Tensor.of(new float[24], 2, 3, 4)));
    assertThat(sizes.get("sizes").toLongs()).containsExactly(2, 4);
    assertThat(sizes.get("number").dims()).isEmpty();
    assertThat(sizes.get("number").toLongs()).containsExactly(2);
  }

  /** Places before the end count from there, also where only some of the sizes are read. */
  @Test
  void placesAreCountedAsTheNodesCountThem() throws Exception {
    Value before = op.slice(shape, 0, 0, -2);
    Value from = op.slice(shape, 0, -3, 1);
    graph.addOutput(op.named("sizes", op.concat(0, List.of(before, from))).name());
    substitute();
    Value first =
        op.one(
            "Shape",
            Attributes.NONE.with("end", 1L),
            TensorType.of(ElementType.INT64, 1),
            graph.value("target"));
    Value last = op.gather(first, op.constant(Tensor.scalar(-1L)), 0);
    graph.addOutput(op.named("last", op.identity(last)).name());
    new SubstitutedSizes(graph, "source", Map.of(Dimension.of("rows"), 0))
        .replace(graph.producer(first.name()).orElseThrow());
    graph.removeUnused();
    graph.removeInput("target");

    Map<String, Tensor> sizes =
        GraphRunner.run(graph, Map.of("source", Tensor.of(new float[24], 2, 3, 4)));
    assertThat(sizes.get("sizes").toLongs()).containsExactly(2, 2);
    assertThat(sizes.get("last").toLongs()).containsExactly(2);
  }

  @Test
  void otherSizesAreRefused() {
    graph.addOutput(op.named("positions", op.slice(shape, 0, 1, 2)).name());

    assertThatThrownBy(this::substitute)
        .isInstanceOf(GraphException.class)
        .hasMessageContaining(
            "'target' is [rows, targets, 4], and its size 1 is not one of 'source'");
  }

  @Test
  void otherReadersAreRefused() {
    graph.addOutput(op.named("all", op.identity(shape)).name());

    assertThatThrownBy(this::substitute)
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("reads sizes in a way that is not understood");
  }
}
