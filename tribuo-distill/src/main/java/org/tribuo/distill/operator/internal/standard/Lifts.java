package org.tribuo.distill.operator.internal.standard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator.Lift;

/** What the lifts of several operators share: attributes that became inputs. */
final class Lifts {
  private Lifts() {}

  /** An input as a value; of unknown shape, and FLOAT, where nothing is known in a body. */
  static Value x(Ops op, Node node) {
    String name = node.input(0);
    return new Value(
        name, op.graph().type(name).orElse(TensorType.ofUnknownRank(ElementType.FLOAT)));
  }

  static void replace(Ops op, Node node, String opType, Attributes attributes, Value... inputs) {
    op.graph()
        .replace(
            node, Node.ONNX, opType, attributes, Arrays.stream(inputs).map(Value::name).toList());
  }

  /** An int64 vector instead of a list of numbers as an attribute. */
  static Lift.Change listToInput(String attribute, int position) {
    return (op, node) ->
        node.attributes()
            .longs(attribute)
            .ifPresent(numbers -> withInput(op, node, attribute, position, op.longs(numbers)));
  }

  /**
   * An empty list of axes means what none means: all. To ONNX Runtime's inference it means none, so
   * what it inferred is forgotten.
   */
  static void axes(Ops op, Node node) {
    if (node.attributes().longs("axes").filter(axes -> axes.length == 0).isPresent()) {
      Attributes without = node.attributes().without("axes");
      Graph graph = op.graph();
      graph.replace(node, Node.ONNX, node.opType(), without, node.inputs());
      for (String output : node.outputs()) {
        graph
            .type(output)
            .ifPresent(type -> graph.setType(output, TensorType.ofUnknownRank(type.elementType())));
      }
    } else {
      listToInput("axes", 1).apply(op, node);
    }
  }

  static void withInput(Ops op, Node node, String attribute, int position, Value input) {
    List<String> inputs = new ArrayList<>(node.inputs());
    while (inputs.size() <= position) {
      inputs.add("");
    }
    inputs.set(position, input.name());
    op.graph()
        .replace(node, Node.ONNX, node.opType(), node.attributes().without(attribute), inputs);
  }

  /** The axis of a Fourier transform became an input. */
  static void fourier(Ops op, Node node) {
    long axis = node.attributes().get("axis", 1L);
    withInput(op, node, "axis", 2, op.constant(Tensor.scalar(axis)));
  }
}
