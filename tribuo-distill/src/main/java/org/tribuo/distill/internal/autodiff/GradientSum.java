package org.tribuo.distill.internal.autodiff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/**
 * The sum of the gradients of a value that is read several times.
 *
 * <p>A part that is zero but where something was chosen, as the logit of a label, is added where it
 * was chosen, to the sum of the others. So there is no tensor of zeros of the value's size, which
 * for the logits of a large vocabulary takes long.
 */
final class GradientSum {
  private final Graph graph;
  private final Ops op;

  GradientSum(Graph graph) {
    this.graph = graph;
    this.op = Ops.on(graph);
  }

  /**
   * @param parts at least one, all of the value's shape
   */
  Value of(List<Value> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    List<Value> whole = new ArrayList<>();
    List<Node> additions = new ArrayList<>();
    for (Value part : parts) {
      additionToZeros(part).ifPresentOrElse(additions::add, () -> whole.add(part));
    }
    if (whole.isEmpty()) {
      whole.add(graph.value(additions.remove(0).output(0)));
    }
    Value sum =
        whole.size() == 1
            ? whole.get(0)
            : op.one("Sum", parts.get(0).type(), whole.toArray(Value[]::new));
    for (Node addition : additions) {
      Value indices = graph.value(addition.input(1));
      Value updates = graph.value(addition.input(2));
      sum = op.one("ScatterElements", addition.attributes(), sum.type(), sum, indices, updates);
    }
    return sum;
  }

  private Optional<Node> additionToZeros(Value part) {
    return graph
        .producer(part.name())
        .filter(node -> node.is("ScatterElements"))
        .filter(node -> node.attributes().get("reduction", "none").equals("add"))
        .filter(node -> isZeros(node.input(0)));
  }

  private boolean isZeros(String name) {
    return graph
        .producer(name)
        .filter(node -> node.is("Expand"))
        .flatMap(node -> graph.constant(node.input(0)))
        .filter(number -> number.elements() == 1 && number.elementType().isFloat())
        .map(Tensor::toFloats)
        .filter(number -> number[0] == 0)
        .isPresent();
  }
}
