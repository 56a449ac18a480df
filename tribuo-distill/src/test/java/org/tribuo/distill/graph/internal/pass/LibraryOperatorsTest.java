package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

class LibraryOperatorsTest {
  private static final TensorType ROWS = TensorType.of(ElementType.FLOAT, 2, 5, 4);

  private final Graph graph = Graph.empty(21);
  private final Ops op = Ops.on(graph);
  private final Value x = input("x", ROWS);
  private final Value scale = graph.setInitializer("scale", Tensor.of(new float[4], 4));
  private final Value bias = graph.setInitializer("bias", Tensor.of(new float[4], 4));

  private Value input(String name, TensorType type) {
    graph.addInput(name, type);
    return graph.value(name);
  }

  private List<String> applied(Value... outputs) {
    List<String> names = List.of(outputs).stream().map(Value::name).toList();
    names.forEach(graph::addOutput);
    LibraryOperators.apply(graph, names);
    graph.toModel();
    return graph.topological().stream().map(Node::qualifiedOpType).toList();
  }

  @Test
  void geluAndNormalizationOfTheLastAxisAreThoseOfTheLibrary() {
    Attributes last = Attributes.NONE.with("axis", 2L).with("epsilon", 1e-12f);
    Value normal = op.one("LayerNormalization", last, ROWS, x, scale, bias);
    Value gelu = op.one("Gelu", ROWS, normal);

    assertThat(applied(gelu))
        .containsExactly("org.tribuo.distill::LayerNormalization", "org.tribuo.distill::Gelu");
    Node node = graph.producer(normal.name()).orElseThrow();
    assertThat(node.attributes().get("epsilon", 0f)).isEqualTo(1e-12f);
    assertThat(node.outputs()).hasSize(3);
    assertThat(graph.type(node.output(1))).contains(TensorType.ofRank(ElementType.FLOAT, 3));
  }

  @Test
  void otherFormsOfThemStay() {
    Value tanh = op.one("Gelu", Attributes.NONE.with("approximate", "tanh"), ROWS, x);
    Value twoAxes =
        op.one("LayerNormalization", Attributes.NONE.with("axis", 1L), ROWS, x, scale, bias);
    Value withoutBias = op.one("LayerNormalization", ROWS, x, scale);
    Value one = graph.setInitializer("one", Tensor.of(new float[] {2}, 1));
    Value oneScale = op.one("LayerNormalization", ROWS, x, one, bias);
    graph.add(
        Node.ONNX,
        "LayerNormalization",
        Attributes.NONE,
        List.of("x", "scale", "bias"),
        Map.of("y", ROWS, "mean", TensorType.ofRank(ElementType.FLOAT, 3)));
    graph.addOutput("mean");
    graph.addOutput("y");

    assertThat(applied(tanh, twoAxes, withoutBias, oneScale, graph.value("y")))
        .noneMatch(operator -> operator.contains("org.tribuo.distill"));
  }
}
