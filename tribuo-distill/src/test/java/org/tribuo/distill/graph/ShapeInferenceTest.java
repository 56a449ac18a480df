package org.tribuo.distill.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

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
    Value split = op.reshape(states, op.concat(0, java.util.List.of(sizes, op.longs(2, -1))));
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
  void sizesOfDifferentNamesMayDiffer() {
    Graph graph = withIds();
    graph.addInput(
        "other", TensorType.of(ElementType.INT64, Shape.of(Dimension.of("rows"), POSITIONS)));
    Ops op = Ops.on(graph);
    Value sum = op.add(graph.value("ids"), graph.value("other"));
    graph.addOutput(sum.name());
    ShapeInference.infer(graph);
    assertThat(shape(graph, sum)).isEqualTo(Shape.of(Dimension.UNKNOWN, POSITIONS));
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
}
