package org.tribuo.distill.graph.internal.shape;

import java.util.HashMap;
import java.util.Map;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;

/**
 * Products of sizes by the names under which they are written into a model: what ONNX Runtime
 * infers of that model has the names.
 */
final class ProductNames {
  private final Map<String, Dimension> products = new HashMap<>();

  /** The names of the products in the types that a graph has already. */
  static ProductNames of(Graph graph) {
    ProductNames names = new ProductNames();
    graph.inputs().values().forEach(names::remember);
    graph
        .nodes()
        .forEach(
            node -> node.outputs().forEach(value -> graph.type(value).ifPresent(names::remember)));
    return names;
  }

  void remember(TensorType type) {
    type.shape().ifPresent(this::remember);
  }

  private void remember(Shape shape) {
    for (Dimension dimension : shape.dimensions()) {
      if (dimension instanceof Dimension.Product product) {
        products.put(product.toString(), product);
      }
    }
  }

  /** The shape with the products that it has by name. */
  Shape restored(Shape shape) {
    return new Shape(
        shape.dimensions().stream()
            .map(
                dimension ->
                    dimension instanceof Dimension.Symbolic symbol
                        ? products.getOrDefault(symbol.name(), symbol)
                        : dimension)
            .toList());
  }
}
