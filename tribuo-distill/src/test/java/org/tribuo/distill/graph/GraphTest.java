package org.tribuo.distill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A graph of three nodes: c = a + b, d = tanh(c), e = c · d. */
class GraphTest {
  private static final TensorType VECTOR = TensorType.of(ElementType.FLOAT, 3);

  private Graph graph;

  @BeforeEach
  void makeGraph() {
    graph = Graph.empty(Ops.OPSET);
    graph.addInput("a", VECTOR);
    graph.setInitializer("b", Tensor.of(new float[] {1, 2, 3}, 3));
    graph.add(Node.ONNX, "Add", Attributes.NONE, List.of("a", "b"), Map.of("c", VECTOR));
    graph.add(Node.ONNX, "Tanh", Attributes.NONE, List.of("c"), Map.of("d", VECTOR));
    graph.add(Node.ONNX, "Mul", Attributes.NONE, List.of("c", "d"), Map.of("e", VECTOR));
    graph.addOutput("e");
  }

  private Node producer(String value) {
    return graph.producer(value).orElseThrow();
  }

  @Test
  void knowsWhoMakesAndWhoReadsAValue() {
    assertThat(producer("d").opType()).isEqualTo("Tanh");
    assertThat(graph.consumers("c")).containsExactly(producer("d"), producer("e"));
    assertThat(graph.producer("a")).isEmpty();
  }

  @Test
  void usesAreReplaced() {
    graph.replaceUses("c", "a");
    assertThat(producer("e").inputs()).containsExactly("a", "d");
    assertThat(graph.consumers("c")).isEmpty();
    graph.removeUnused();
    assertThat(graph.nodes()).hasSize(2);
    assertThat(graph.initializers()).isEmpty();
  }

  @Test
  void nodesAreSortedWhateverTheOrderOfTheirMaking() {
    Node early = producer("c");
    graph.remove(early);
    graph.add(Node.ONNX, "Sub", Attributes.NONE, List.of("a", "b"), Map.of("c", VECTOR));
    assertThat(graph.topological()).extracting(Node::opType).containsExactly("Sub", "Tanh", "Mul");
  }

  @Test
  void aValueThatNobodyMakesIsNamedWithItsReader() {
    graph.remove(producer("c"));
    assertThatThrownBy(() -> graph.toModel())
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("Tanh 'Tanh' [c] -> [d] reads value 'c', which no input");
  }

  @Test
  void aValueIsMadeOnce() {
    assertThatThrownBy(
            () -> graph.add(Node.ONNX, "Neg", Attributes.NONE, List.of("a"), Map.of("c", VECTOR)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("Value 'c' is made twice: by Add");
  }

  @Test
  void aCycleIsNamed() {
    graph.replaceUse(producer("c"), "a", "e");
    assertThatThrownBy(graph::topological)
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("The graph has a cycle through Add 'Add'");
  }

  @Test
  void anInputThatIsReadStays() {
    assertThatThrownBy(() -> graph.removeInput("a"))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("Input 'a' is still read by Add 'Add'");
  }

  @Test
  void namesAreNeverGivenTwice() {
    assertThat(graph.freshName("c")).isEqualTo("c_1");
    assertThat(graph.freshName("c")).isEqualTo("c_2");
  }

  @Test
  void aCopyIsItsOwn() {
    Graph copy = graph.copy();
    copy.replaceUses("c", "a");
    assertThat(graph.consumers("c")).hasSize(2);
  }

  @Test
  void aGraphComesBackFromItsModel() {
    ModelProto model = graph.toModel().toProto();
    assertThat(Graph.of(OnnxModel.of(model)).toModel().toProto()).isEqualTo(model);
  }

  @Test
  void aNodeReadsWhatItsBodiesCapture() {
    Graph body = Graph.empty(Ops.OPSET);
    body.addInput("unused", VECTOR);
    body.add(Node.ONNX, "Neg", Attributes.NONE, List.of("unused"), Map.of("out", VECTOR));
    body.addOutput("out");
    ModelProto proto = body.toModel().toProto();
    var captured =
        proto.getGraph().toBuilder()
            .clearInput()
            .setNode(0, proto.getGraph().getNode(0).toBuilder().setInput(0, "d"))
            .build();
    Node choice =
        Node.of(
            ai.onnx.proto.OnnxMl.NodeProto.newBuilder()
                .setOpType("If")
                .addInput("condition")
                .addOutput("chosen")
                .addAttribute(
                    ai.onnx.proto.OnnxMl.AttributeProto.newBuilder()
                        .setName("then_branch")
                        .setG(captured))
                .build());
    assertThat(choice.reads()).containsExactly("condition", "d");
  }
}
