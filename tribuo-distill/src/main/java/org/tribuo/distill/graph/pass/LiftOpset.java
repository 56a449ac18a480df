package org.tribuo.distill.graph.pass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Rewrites the operators of an older opset into those of {@link Ops#OPSET}: attributes that became
 * inputs, and Softmax, which once flattened its input to a matrix.
 */
final class LiftOpset implements Pass {
  @Override
  public void apply(Graph graph) {
    long from = graph.opset(Node.ONNX);
    if (from >= Ops.OPSET) {
      return;
    }
    graph.setOpset(Node.ONNX, Ops.OPSET);
    Ops op = Ops.on(graph);
    for (Node node : List.copyOf(graph.nodes())) {
      if (node.domain().equals(Node.ONNX)) {
        lift(op, node, from);
      }
    }
  }

  private static void lift(Ops op, Node node, long from) {
    switch (node.opType()) {
      case "Softmax", "LogSoftmax" -> {
        if (from < 13) {
          liftSoftmax(op, node);
        }
      }
      case "Squeeze", "Unsqueeze", "ReduceSum" -> attributeToInput(op, node, "axes", 1);
      case "ReduceMean",
          "ReduceMax",
          "ReduceMin",
          "ReduceProd",
          "ReduceL1",
          "ReduceL2",
          "ReduceLogSum",
          "ReduceLogSumExp",
          "ReduceSumSquare" ->
          attributeToInput(op, node, "axes", 1);
      case "Split" -> liftSplit(op, node);
      case "Clip" -> liftClip(op, node);
      case "Dropout" -> liftDropout(op, node);
      case "Slice" -> liftSlice(op, node);
      case "Pad" -> liftPad(op, node);
      case "TopK" -> attributeToInput(op, node, "k", 1);
      case "Upsample" -> liftUpsample(op, node);
      default -> {}
    }
  }

  /** Flattened to a matrix at the axis, which is the same only where that is the last one. */
  private static void liftSoftmax(Ops op, Node node) {
    Graph graph = op.graph();
    long axis = node.attributes().get("axis", 1L);
    Value x = graph.value(node.input(0));
    int rank = x.rank();
    if (axis == -1 || axis == rank - 1) {
      graph.replace(
          node, Node.ONNX, node.opType(), node.attributes().with("axis", -1L), node.inputs());
      return;
    }
    long start = axis < 0 ? axis + rank : axis;
    Value matrix =
        op.one(
            "Flatten",
            Attributes.NONE.with("axis", start),
            TensorType.of(x.elementType(), -1, -1),
            x);
    Value result =
        node.opType().equals("Softmax") ? op.softmax(matrix, -1) : op.logSoftmax(matrix, -1);
    graph.replace(
        node, Node.ONNX, "Reshape", Attributes.NONE, List.of(result.name(), op.shapeOf(x).name()));
  }

  /** Axes and the like: an int64 vector instead of an attribute. */
  private static void attributeToInput(Ops op, Node node, String attribute, int position) {
    if (!node.attributes().has(attribute)) {
      return;
    }
    long[] numbers =
        node.attributes()
            .longs(attribute)
            .filter(values -> values.length > 0)
            .orElseGet(() -> new long[] {node.attributes().get(attribute, 0L)});
    withInput(op, node, attribute, position, op.longs(numbers));
  }

  private static void withInput(Ops op, Node node, String attribute, int position, Value input) {
    List<String> inputs = new ArrayList<>(node.inputs());
    while (inputs.size() <= position) {
      inputs.add("");
    }
    inputs.set(position, input.name());
    op.graph()
        .replace(node, Node.ONNX, node.opType(), node.attributes().without(attribute), inputs);
  }

  /** Sizes as an input; pieces of equal size by their number. */
  private static void liftSplit(Ops op, Node node) {
    if (node.attributes().has("split")) {
      attributeToInput(op, node, "split", 1);
    } else if (!node.hasInput(1) && !node.attributes().has("num_outputs")) {
      Attributes attributes = node.attributes().with("num_outputs", (long) node.outputs().size());
      op.graph().replace(node, Node.ONNX, "Split", attributes, node.inputs());
    }
  }

  private static void liftClip(Ops op, Node node) {
    Attributes attributes = node.attributes();
    if (!attributes.has("min") && !attributes.has("max")) {
      return;
    }
    Value x = op.graph().value(node.input(0));
    List<String> inputs = new ArrayList<>(List.of(x.name()));
    inputs.add(attributes.has("min") ? op.scalar(attributes.get("min", 0f), x).name() : "");
    inputs.add(attributes.has("max") ? op.scalar(attributes.get("max", 0f), x).name() : "");
    op.graph().replace(node, Node.ONNX, "Clip", Attributes.NONE, inputs);
  }

  /** Before opset 12 the ratio was an attribute and the node did nothing outside training. */
  private static void liftDropout(Ops op, Node node) {
    if (!node.attributes().has("ratio")) {
      return;
    }
    Value ratio = op.constant(Tensor.scalar(node.attributes().get("ratio", 0.5f)));
    withInput(op, node, "ratio", 1, ratio);
  }

  private static void liftSlice(Ops op, Node node) {
    if (!node.attributes().has("starts")) {
      return;
    }
    long[] starts = node.attributes().longs("starts").orElseThrow();
    long[] ends = node.attributes().longs("ends").orElseThrow();
    long[] axes =
        node.attributes().longs("axes").orElse(LongStream.range(0, starts.length).toArray());
    op.graph()
        .replace(
            node,
            Node.ONNX,
            "Slice",
            Attributes.NONE,
            List.of(
                node.input(0),
                op.longs(starts).name(),
                op.longs(ends).name(),
                op.longs(axes).name()));
  }

  private static void liftPad(Ops op, Node node) {
    Attributes attributes = node.attributes();
    if (!attributes.has("pads")) {
      return;
    }
    Value x = op.graph().value(node.input(0));
    op.graph()
        .replace(
            node,
            Node.ONNX,
            "Pad",
            Attributes.NONE.with("mode", attributes.get("mode", "constant")),
            List.of(
                x.name(),
                op.longs(attributes.longs("pads").orElseThrow()).name(),
                op.scalar(attributes.get("value", 0f), x).name()));
  }

  private static void liftUpsample(Ops op, Node node) {
    if (!node.hasInput(1)) {
      throw new GraphException(
          "Upsample at node '%s' has no scales as input: export the model again with opset 11 or newer"
              .formatted(node.name()));
    }
    Attributes attributes =
        Attributes.NONE
            .with("mode", node.attributes().get("mode", "nearest"))
            .with("coordinate_transformation_mode", "asymmetric")
            .with("nearest_mode", "floor");
    op.graph()
        .replace(
            node, Node.ONNX, "Resize", attributes, Arrays.asList(node.input(0), "", node.input(1)));
  }
}
