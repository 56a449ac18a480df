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
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.DistillDomain;
import org.tribuo.distill.internal.autodiff.Differentiator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

class SharedRoundingsTest {
  private final Graph graph = Graph.empty(21);
  private final Ops op = Ops.on(graph);

  private Value weight(String name, long rows, long columns) {
    return graph.setInitializer(name, Tensor.of(new float[(int) (rows * columns)], rows, columns));
  }

  private Value loss(Value x) {
    Value loss = op.reduceSum(op.square(x), 0, 1, 2);
    graph.add(
        Node.ONNX,
        "Identity",
        Attributes.NONE,
        List.of(loss.name()),
        Map.of("loss", TensorType.of(ElementType.FLOAT)));
    return graph.value("loss");
  }

  private List<Node> nodes(String operator) {
    return graph.topological().stream()
        .filter(node -> node.domain().equals(DistillDomain.NAME))
        .filter(node -> node.opType().equals(operator))
        .toList();
  }

  private Value input(long... dims) {
    graph.addInput("x", TensorType.of(ElementType.FLOAT, dims));
    return graph.value("x");
  }

  /** Two products of the same rows, whose result is multiplied again. */
  private void differentiate(long width, List<String> trained) {
    Value x = input(2, 5, width);
    Value first = op.matmul(x, weight("v", width, width));
    Value second = op.matmul(x, weight("w", width, width));
    Value y = op.matmul(op.add(first, second), weight("u", width, width));
    Value loss = loss(y);
    LibraryOperators.apply(graph, List.of(y.name()));
    graph.addOutput(loss.name());
    Differentiator.differentiate(graph, "loss", trained, StandardOperators.TABLE)
        .values()
        .forEach(gradient -> graph.addOutput(gradient.name()));
    LibraryOperators.shareRoundings(graph, trained);
    graph.validate();
    graph.toModel();
  }

  @Test
  void factorsOfSeveralProductsAreRoundedOnce() {
    differentiate(192, List.of("u", "v", "w"));

    // x, the sum, the gradients of y and of the sum, and u; v and w are read once, x as it is.
    assertThat(nodes(DistillDomain.ROUNDING)).hasSize(5);
    assertThat(nodes(DistillDomain.ROUNDING))
        .extracting(node -> node.input(0))
        .doesNotHaveDuplicates();
    for (Node product : nodes(DistillDomain.PRODUCT)) {
      for (String factor : product.inputs().subList(0, 2)) {
        boolean once = factor.equals("v") || factor.equals("w");
        assertThat(graph.value(factor).elementType())
            .as("%s of %s", factor, product)
            .isEqualTo(once ? ElementType.FLOAT : ElementType.BFLOAT16);
      }
    }
    Node rounding = nodes(DistillDomain.ROUNDING).get(0);
    assertThat(graph.value(rounding.output()).shape())
        .isEqualTo(graph.value(rounding.input(0)).shape());
  }

  @Test
  void weightsThatAreTheSameInEachRunStay() {
    differentiate(192, List.of("v", "w"));

    assertThat(nodes(DistillDomain.ROUNDING)).extracting(node -> node.input(0)).doesNotContain("u");
    assertThat(graph.consumers("u")).hasSize(2);
  }

  @Test
  void productsOfSmallMatricesStay() {
    differentiate(160, List.of("u", "v", "w"));

    assertThat(nodes(DistillDomain.ROUNDING)).isEmpty();
  }

  @Test
  void productsOfStacksStay() {
    Value x = input(2, 200, 200);
    Value y = op.matmul(x, false, x, true);
    LibraryOperators.apply(graph, List.of(y.name()));
    LibraryOperators.shareRoundings(graph, List.of());

    assertThat(nodes(DistillDomain.PRODUCT)).hasSize(1);
    assertThat(nodes(DistillDomain.ROUNDING)).isEmpty();
    assertThat(x.shape()).contains(Shape.of(2, 200, 200));
  }
}
