package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

class ShortProductsTest {
  private final Graph graph = Graph.empty(21);
  private final Ops op = Ops.on(graph);

  private Value input(String name, long... sizes) {
    graph.addInput(name, TensorType.of(ElementType.FLOAT, sizes));
    return graph.value(name);
  }

  private Value weight(String name, long... sizes) {
    int elements = 1;
    for (long size : sizes) {
      elements *= (int) size;
    }
    return graph.setInitializer(name, Tensor.of(new float[elements], sizes));
  }

  /** The operators behind an output, with their inputs. */
  private List<String> applied(Value output) {
    graph.addOutput(output.name());
    ShortProducts.apply(graph, List.of(output.name()));
    graph.toModel();
    return graph.topological().stream()
        .map(
            node ->
                "%s %s %d %d %s"
                    .formatted(
                        node.qualifiedOpType(),
                        node.inputs(),
                        node.attributes().get("transA", 0L),
                        node.attributes().get("transB", 0L),
                        node.attributes().get("alpha", 1f)))
        .toList();
  }

  @Test
  void aProductAndTheVectorAddedToItAreOne() {
    Value product = op.matmul(input("x", 2, 5, 4), weight("w", 4, 3));

    assertThat(applied(op.add(weight("b", 3), product)))
        .containsExactly("org.tribuo.distill::Product [x, w, b] 0 0 1.0");
    assertThat(graph.opset("org.tribuo.distill")).isEqualTo(1);
  }

  @Test
  void transposedFactorsAndTheirFactorStay() {
    assertThat(applied(op.matmul(input("x", 5, 4), true, weight("w", 3, 5), true, 0.5f)))
        .containsExactly("org.tribuo.distill::Product [x, w] 1 1 0.5");
  }

  @Test
  void aGemmBecomesOneTooIfItAddsAVector() {
    Value x = input("x", 5, 4);
    Value w = weight("w", 3, 4);
    TensorType type = TensorType.of(ElementType.FLOAT, 5, 3);
    Attributes transB = Attributes.NONE.with("transB", 1L);
    Value withBias = op.one("Gemm", transB, type, x, w, weight("b", 3));
    Value withMatrix = op.one("Gemm", transB, type, withBias, weight("v", 3, 3), weight("m", 5, 3));

    assertThat(applied(withMatrix))
        .first()
        .isEqualTo("org.tribuo.distill::Product [x, w, b] 0 1 1.0");
    assertThat(graph.nodes()).extracting(Node::opType).containsExactlyInAnyOrder("Product", "Gemm");
  }

  @Test
  void aVectorIsNoBiasWhereTheProductIsReadElsewhereToo() {
    Value product = op.matmul(input("x", 5, 4), weight("w", 4, 3));
    Value both = op.mul(op.add(product, weight("b", 3)), product);

    assertThat(applied(both)).first().isEqualTo("org.tribuo.distill::Product [x, w] 0 0 1.0");
    assertThat(graph.nodes())
        .extracting(Node::opType)
        .containsExactlyInAnyOrder("Add", "Mul", "Product");
  }

  @Test
  void aColumnThatIsAddedIsNoBias() {
    Value product = op.matmul(input("x", 5, 4), weight("w", 4, 3));
    op.add(product, weight("column", 5, 1));
    Value sum = op.add(product, weight("one", 1));

    assertThat(applied(sum)).first().isEqualTo("org.tribuo.distill::Product [x, w] 0 0 1.0");
  }

  @Test
  void productsOfVectorsOfOtherTypesAndOfLossesStay() {
    Value hidden = op.matmul(input("x", 5, 4), weight("w", 4, 3));
    Value vector = op.matmul(hidden, weight("v", 3));
    graph.addInput("d", TensorType.of(ElementType.DOUBLE, 3, 3));
    Value doubles = op.matmul(graph.value("d"), graph.value("d"));
    Value gram = op.matmul(hidden, false, hidden, true);
    graph.addOutput(gram.name());
    graph.addOutput(doubles.name());

    assertThat(applied(vector)).contains("org.tribuo.distill::Product [x, w] 0 0 1.0");
    ShortProducts.apply(graph, List.of(doubles.name()));
    assertThat(graph.nodes())
        .extracting(Node::opType)
        .containsExactlyInAnyOrder("MatMul", "MatMul", "FusedMatMul", "Product");
  }
}
