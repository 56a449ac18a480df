package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
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
import org.tribuo.distill.graph.Tensor;

class ResolveSequencesTest {
  private static final Map<String, Tensor> X =
      Map.of("x", Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 2, 5));

  private static void assertResolved(NodeProto... nodes) throws Exception {
    OnnxModel model =
        model(
            value("x", ElementType.FLOAT, 2, 5),
            List.of(
                Tensor.scalar(0L).toProto("first"),
                Tensor.scalar(-1L).toProto("last"),
                Tensor.scalar(2L).toProto("two"),
                Tensor.vector(1, 4).toProto("one_and_four")),
            List.of(),
            nodes);
    Graph graph = Graph.of(model);
    Normalization.apply(graph);

    assertThat(graph.nodes())
        .extracting(Node::opType)
        .noneMatch(opType -> opType.contains("Sequence"));
    Outputs.assertSame(GraphRunner.run(graph, X), GraphRunner.run(model, X));
  }

  @Test
  void findsPiecesOfEqualSize() throws Exception {
    assertResolved(
        node("SplitToSequence", List.of("x", "two"), List.of("pieces"), number("axis", 1)),
        node("SequenceAt", List.of("pieces", "last"), List.of("y")));
  }

  @Test
  void findsPiecesOfGivenSizes() throws Exception {
    assertResolved(
        node("SplitToSequence", List.of("x", "one_and_four"), List.of("pieces"), number("axis", 1)),
        node("SequenceAt", List.of("pieces", "last"), List.of("y")));
  }

  @Test
  void findsSingleSlices() throws Exception {
    assertResolved(
        node(
            "SplitToSequence",
            List.of("x"),
            List.of("pieces"),
            number("axis", 1),
            number("keepdims", 0)),
        node("SequenceAt", List.of("pieces", "two"), List.of("y")));
  }

  @Test
  void joinsWhatWasPutIn() throws Exception {
    assertResolved(
        node("Neg", List.of("x"), List.of("negative")),
        node("SequenceConstruct", List.of("x", "negative"), List.of("two_of_them")),
        node("SequenceInsert", List.of("two_of_them", "x", "first"), List.of("three")),
        node(
            "ConcatFromSequence",
            List.of("three"),
            List.of("y"),
            number("axis", 1),
            number("new_axis", 1)));
  }
}
