package org.tribuo.distill.graph.internal.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

class ShapeInferenceTest {
  private static final Dimension BATCH = Dimension.of("batch");
  private static final Dimension POSITIONS = Dimension.of("sequence");

  private static Graph withIds() {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("ids", TensorType.of(ElementType.INT64, Shape.of(BATCH, POSITIONS)));
    graph.setInitializer("table", Tensor.of(new float[10 * 8], 10, 8));
    return graph;
  }

  private static Shape shape(Graph graph, Value value) {
    return graph.value(value.name()).shape().orElseThrow();
  }

  @Test
  void sizesThatTheGraphComputesStaySymbolic() {
    Graph graph = withIds();
    Ops op = Ops.on(graph);
    Value states = op.gather(graph.value("table"), graph.value("ids"), 0);
    Value sizes = op.one("Shape", TensorType.of(ElementType.INT64, 2), graph.value("ids"));
    Value split = op.reshape(states, op.concat(0, List.of(sizes, op.longs(2, -1))));
    graph.addOutput(split.name());
    ShapeInference.infer(graph);
    assertThat(shape(graph, split))
        .isEqualTo(Shape.of(BATCH, POSITIONS, Dimension.of(2), Dimension.of(4)));
  }

  @Test
  void aTableThatIsCutToTheSequenceHasItsLength() {
    Graph graph = withIds();
    Ops op = Ops.on(graph);
    Value length = op.sizeOf(graph.value("ids"), 1);
    Value cut = op.slice(graph.value("table"), op.longs(0), length, op.longs(0));
    graph.addOutput(cut.name());
    ShapeInference.infer(graph);
    assertThat(shape(graph, cut)).isEqualTo(Shape.of(POSITIONS, Dimension.of(8)));
  }

  @Test
  void sizesThatAreExpandedToUnlessTheyAreMinusOneAreThoseSizes() {
    Graph graph = withIds();
    Ops op = Ops.on(graph);
    Value sizes =
        op.concat(0, List.of(op.sizeOf(graph.value("ids"), 0), op.longs(1), op.longs(-1)));
    Value isFree = op.equal(sizes, op.longs(-1));
    Value chosen = op.where(isFree, op.longs(1), sizes);
    Value expanded = op.expand(op.constant(Tensor.of(new float[8], 1, 8)), chosen);
    graph.addOutput(expanded.name());
    ShapeInference.infer(graph);
    assertThat(shape(graph, expanded)).isEqualTo(Shape.of(BATCH, Dimension.of(1), Dimension.of(8)));
  }

  @Test
  void thereAreAsManyPositionsAsTheSequenceIsLong() {
    Graph graph = withIds();
    Ops op = Ops.on(graph);
    Value positions = op.range(op.reshape(op.sizeOf(graph.value("ids"), 1)));
    graph.addOutput(positions.name());
    ShapeInference.infer(graph);
    assertThat(shape(graph, positions)).isEqualTo(Shape.of(POSITIONS));
  }

  @Test
  void rowsOfAllExamplesComeApartAgain() {
    Graph graph = withIds();
    Ops op = Ops.on(graph);
    Value states = op.gather(graph.value("table"), graph.value("ids"), 0);
    Value rows = op.reshape(states, -1, 8);
    Value again =
        op.reshape(
            rows,
            op.concat(0, List.of(op.longs(-1), op.sizeOf(graph.value("ids"), 1), op.longs(8))));
    graph.addOutput(again.name());
    ShapeInference.infer(graph);
    assertThat(shape(graph, rows))
        .isEqualTo(Shape.of(Dimension.product(List.of(BATCH, POSITIONS)), Dimension.of(8)));
    assertThat(shape(graph, again)).isEqualTo(Shape.of(BATCH, POSITIONS, Dimension.of(8)));
  }

  /** A model holds the names of products; ONNX Runtime knows no more. */
  @Test
  void productsStayProductsWhereOnnxRuntimeInfers() {
    Graph graph = withIds();
    Ops op = Ops.on(graph);
    Value states = op.gather(graph.value("table"), graph.value("ids"), 0);
    Value rows = op.reshape(states, -1, 8);
    graph.addOutput(rows.name());
    ShapeInference.infer(graph);
    Value scaled =
        op.microsoft(
            "QuickGelu", Attributes.NONE, TensorType.ofUnknownRank(ElementType.FLOAT), rows);
    graph.addOutput(scaled.name());
    ShapeInference.infer(graph);

    Dimension tokens = Dimension.product(List.of(BATCH, POSITIONS));
    assertThat(shape(graph, scaled).dimension(0)).isEqualTo(tokens);
    assertThat(shape(graph.copy(), scaled).dimension(0)).isEqualTo(tokens);
  }

  @Test
  void quotientsOfFloatsAreNotTakenForWholeNumbers() {
    Graph graph = withIds();
    Ops op = Ops.on(graph);
    Value half =
        op.div(
            op.constant(Tensor.of(new float[] {7}, 1)), op.constant(Tensor.of(new float[] {2}, 1)));
    Value seven =
        op.one(
            "Cast",
            Attributes.NONE.with("to", (long) ElementType.INT64.onnxNumber()),
            TensorType.of(ElementType.INT64, 1),
            op.mul(half, 2));
    Value zeros = op.expand(op.constant(Tensor.scalar(0f)), seven);
    graph.addOutput(zeros.name());
    ShapeInference.infer(graph);
    assertThat(shape(graph, zeros)).isNotEqualTo(Shape.of(6));
  }

  @Test
  void sizesOfDifferentNamesMayDiffer() {
    Graph graph = withIds();
    graph.addInput(
        "other", TensorType.of(ElementType.INT64, Shape.of(Dimension.of("rows"), POSITIONS)));
    Ops op = Ops.on(graph);
    Value sum = op.add(graph.value("ids"), graph.value("other"));
    graph.addOutput(sum.name());
    ShapeInference.infer(graph);
    assertThat(shape(graph, sum)).isEqualTo(Shape.of(Dimension.unknown(), POSITIONS));
  }

  @Test
  void everyRankOfARealExportIsKnown() throws IOException {
    Graph graph =
        Graph.of(OnnxModel.read(Path.of("src/test/resources/zoo/bert_seqcls_ts11/model.onnx")));
    ShapeInference.infer(graph);
    for (Node node : graph.nodes()) {
      assertThat(graph.type(node.output()).flatMap(TensorType::shape)).as(node.name()).isPresent();
    }
  }

  @Test
  void squeezingNoAxesIsRefused() {
    Graph graph = withIds();
    Ops op = Ops.on(graph);
    Value squeezed = op.squeeze(graph.value("ids"));
    graph.addOutput(squeezed.name());
    assertThatThrownBy(() -> ShapeInference.infer(graph))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "Squeeze at node 'Squeeze' has an empty list of axes: to ONNX that is none, to ONNX"
                + " Runtime all of size 1. Name the axes, or omit the input");
  }
}
