package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * Lets a graph of half precision compute in float32, its outputs too: gradients are too small for
 * halves.
 */
final class CastFloat16 implements Pass {
  private static final List<ElementType> HALVES =
      List.of(ElementType.FLOAT16, ElementType.BFLOAT16);

  /** Attributes that name the element type of an output. */
  private static final List<String> TYPES = List.of("to", "dtype");

  @Override
  public void apply(Graph graph) {
    Map.copyOf(graph.initializers())
        .forEach(
            (name, tensor) -> {
              if (isHalf(tensor.elementType())) {
                graph.setInitializer(name, tensor.cast(ElementType.FLOAT));
              }
            });
    for (Node node : List.copyOf(graph.nodes())) {
      Attributes wide = widened(node.attributes());
      if (!wide.equals(node.attributes())) {
        graph.replace(node, node.domain(), node.opType(), wide, node.inputs());
      }
      node.outputs().forEach(output -> widenType(graph, output));
    }
    graph.changeBodies(this::apply);
    graph.inputs().forEach((name, type) -> widenInput(graph, name, type));
  }

  private static boolean isHalf(ElementType type) {
    return HALVES.contains(type);
  }

  private static Attributes widened(Attributes attributes) {
    Attributes wide = attributes;
    for (String name : TYPES) {
      long number = wide.get(name, 0L);
      if (HALVES.stream().anyMatch(half -> half.onnxNumber() == number)) {
        wide = wide.with(name, (long) ElementType.FLOAT.onnxNumber());
      }
    }
    Optional<Tensor> value = wide.tensor("value").filter(t -> isHalf(t.elementType()));
    return value.isPresent() ? wide.with("value", value.get().cast(ElementType.FLOAT)) : wide;
  }

  private static void widenType(Graph graph, String name) {
    graph
        .type(name)
        .filter(type -> isHalf(type.elementType()))
        .ifPresent(type -> graph.setType(name, new TensorType(ElementType.FLOAT, type.shape())));
  }

  private static void widenInput(Graph graph, String name, TensorType type) {
    if (isHalf(type.elementType())) {
      List<Node> readers = List.copyOf(graph.consumers(name));
      String wide = graph.freshName(name + "_float");
      graph.add(
          Node.ONNX,
          "Cast",
          Attributes.NONE.with("to", (long) ElementType.FLOAT.onnxNumber()),
          List.of(name),
          Map.of(wide, new TensorType(ElementType.FLOAT, type.shape())));
      readers.forEach(reader -> graph.replaceUse(reader, name, wide));
    }
  }
}
