package org.tribuo.distill.graph.pass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Rewrites the operators of an older opset into those of {@link Ops#OPSET}, in nodes' bodies too:
 * attributes that became inputs, defaults and meanings that changed.
 */
final class LiftOpset implements Pass {
  @FunctionalInterface
  private interface Change {
    void apply(Ops op, Node node);
  }

  /** What changed with a version of an operator. */
  private record Lift(long version, Change change) {}

  private static final Map<String, Lift> LIFTS = new HashMap<>();
  private static final String NEAREST = "nearest";

  private static void since(long version, Change change, String... operators) {
    for (String operator : operators) {
      LIFTS.put(operator, new Lift(version, change));
    }
  }

  static {
    since(14, LiftOpset::batchNormalization, "BatchNormalization");
    since(10, LiftOpset::upsample, "Upsample");
    since(10, LiftOpset::slice, "Slice");
    since(10, LiftOpset::topK, "TopK");
    since(11, LiftOpset::resize, "Resize");
    since(11, LiftOpset::pad, "Pad");
    since(11, LiftOpset::clip, "Clip");
    since(11, LiftOpset::scatter, "Scatter");
    since(12, LiftOpset::dropout, "Dropout");
    since(13, LiftOpset::softmax, "Softmax", "LogSoftmax", "Hardmax");
    since(13, listToInput("axes", 1), "Unsqueeze");
    since(13, LiftOpset::axes, "Squeeze", "ReduceSum");
    since(16, LiftOpset::roiAlign, "RoiAlign");
    since(18, LiftOpset::split, "Split");
    since(
        18,
        LiftOpset::axes,
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceMax",
        "ReduceMean",
        "ReduceMin",
        "ReduceProd",
        "ReduceSumSquare");
    since(19, LiftOpset::averagePool, "AveragePool");
    since(20, LiftOpset::gridSample, "GridSample");
    since(20, LiftOpset::fourier, "DFT");
    since(21, LiftOpset::groupNormalization, "GroupNormalization");
  }

  @Override
  public void apply(Graph graph) {
    long from = graph.opset(Node.ONNX);
    if (from < Ops.OPSET) {
      graph.setOpset(Node.ONNX, Ops.OPSET);
      lift(graph, from);
    }
  }

  static void lift(Graph graph, long from) {
    Ops op = Ops.on(graph);
    for (Node node : List.copyOf(graph.nodes())) {
      Lift lift = node.domain().equals(Node.ONNX) ? LIFTS.get(node.opType()) : null;
      if (lift != null && from < lift.version()) {
        lift.change().apply(op, node);
      }
    }
    graph.changeBodies(body -> lift(body, from));
  }

  /** An input as a value; of unknown shape, and FLOAT, where nothing is known in a body. */
  private static Value x(Ops op, Node node) {
    String name = node.input(0);
    return new Value(
        name, op.graph().type(name).orElse(TensorType.ofUnknownRank(ElementType.FLOAT)));
  }

  private static void replace(
      Ops op, Node node, String opType, Attributes attributes, Value... inputs) {
    op.graph()
        .replace(
            node, Node.ONNX, opType, attributes, Arrays.stream(inputs).map(Value::name).toList());
  }

  /** An int64 vector instead of a list of numbers as an attribute. */
  private static Change listToInput(String attribute, int position) {
    return (op, node) ->
        node.attributes()
            .longs(attribute)
            .ifPresent(numbers -> withInput(op, node, attribute, position, op.longs(numbers)));
  }

  /** An empty list of axes means what none means: all. */
  private static void axes(Ops op, Node node) {
    if (node.attributes().longs("axes").filter(axes -> axes.length == 0).isPresent()) {
      Attributes without = node.attributes().without("axes");
      op.graph().replace(node, Node.ONNX, node.opType(), without, node.inputs());
    } else {
      listToInput("axes", 1).apply(op, node);
    }
  }

  private static void topK(Ops op, Node node) {
    withInput(op, node, "k", 1, op.longs(node.attributes().get("k", 0L)));
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

  /** Flattened to a matrix at the axis, which is the same only where that is the last one. */
  private static void softmax(Ops op, Node node) {
    long axis = node.attributes().get("axis", 1L);
    Value x = x(op, node);
    boolean last = axis == -1 || x.shape().filter(shape -> axis == shape.rank() - 1).isPresent();
    Attributes alongLast = Attributes.NONE.with("axis", -1L);
    if (last) {
      replace(op, node, node.opType(), alongLast, x);
      return;
    }
    TensorType matrices = TensorType.ofRank(x.elementType(), 2);
    Value matrix = op.one("Flatten", Attributes.NONE.with("axis", axis), matrices, x);
    Value result = op.one(node.opType(), alongLast, matrices, matrix);
    replace(op, node, "Reshape", Attributes.NONE, result, op.shapeOf(x));
  }

  /** Sizes as an input; pieces of equal size by their number. */
  private static void split(Ops op, Node node) {
    if (node.attributes().has("split")) {
      listToInput("split", 1).apply(op, node);
    } else if (!node.hasInput(1)) {
      Attributes attributes = node.attributes().with("num_outputs", (long) node.outputs().size());
      op.graph().replace(node, Node.ONNX, "Split", attributes, node.inputs());
    }
  }

  private static void clip(Ops op, Node node) {
    Attributes attributes = node.attributes();
    Value x = x(op, node);
    replace(
        op,
        node,
        "Clip",
        Attributes.NONE,
        x,
        attributes.has("min") ? op.scalar(attributes.get("min", 0f), x) : Value.ABSENT,
        attributes.has("max") ? op.scalar(attributes.get("max", 0f), x) : Value.ABSENT);
  }

  /** The node did nothing outside training, whatever the ratio; its mask had other contents. */
  private static void dropout(Ops op, Node node) {
    if (node.hasOutput(1) && isRead(op.graph(), node.output(1))) {
      throw new GraphException(
          "Dropout at node '%s' is of an opset before 12, and its mask ('%s') is read, which has no meaning outside training; export the model in evaluation mode"
              .formatted(node.name(), node.output(1)));
    }
    float ratio = node.attributes().get("ratio", 0.5f);
    withInput(op, node, "ratio", 1, op.constant(Tensor.scalar(ratio)));
  }

  private static boolean isRead(Graph graph, String value) {
    return graph.isOutput(value) || !graph.consumers(value).isEmpty();
  }

  private static void slice(Ops op, Node node) {
    long[] starts = node.attributes().longs("starts").orElseThrow();
    long[] ends = node.attributes().longs("ends").orElseThrow();
    long[] axes =
        node.attributes().longs("axes").orElse(LongStream.range(0, starts.length).toArray());
    replace(
        op,
        node,
        "Slice",
        Attributes.NONE,
        x(op, node),
        op.longs(starts),
        op.longs(ends),
        op.longs(axes));
  }

  private static void pad(Ops op, Node node) {
    Attributes attributes = node.attributes();
    Value x = x(op, node);
    replace(
        op,
        node,
        "Pad",
        Attributes.NONE.with("mode", attributes.get("mode", "constant")),
        x,
        op.longs(attributes.longs("pads").orElseThrow()),
        op.scalar(attributes.get("value", 0f), x));
  }

  /**
   * What rounding up the size adds to the image was padding, and counted where padding is; now it
   * is not.
   */
  private static void averagePool(Ops op, Node node) {
    Attributes attributes = node.attributes();
    boolean rounded =
        attributes.get("ceil_mode", 0L) != 0
            && !attributes.get("auto_pad", "NOTSET").startsWith("SAME");
    if (rounded && attributes.get("count_include_pad", 0L) != 0) {
      PoolWindows windows = new PoolWindows(attributes);
      addedByRounding(node, windows, x(op, node).shape())
          .ifPresent(
              more ->
                  op.graph()
                      .replace(
                          node,
                          Node.ONNX,
                          node.opType(),
                          attributes
                              .without("ceil_mode")
                              .without("auto_pad")
                              .with("pads", windows.padsWith(more)),
                          node.inputs()));
    }
  }

  /** Along each axis; nothing if along one of them the last window is left out. */
  private static Optional<long[]> addedByRounding(
      Node node, PoolWindows windows, Optional<Shape> image) {
    long[] more = new long[windows.axes()];
    for (int axis = 0; axis < more.length; axis++) {
      long stride = windows.strides()[axis];
      if (image.isPresent() && image.get().dimension(axis + 2) instanceof Dimension.Fixed fixed) {
        long rest = windows.rest(axis, fixed.size());
        if (rest > 0 && windows.lastIsBehind(axis, fixed.size())) {
          return Optional.empty();
        }
        more[axis] = rest > 0 ? stride - rest : 0;
      } else if (windows.lastIsNeverBehind(axis)) {
        more[axis] = stride - 1;
      } else {
        throw new GraphException(
            "AveragePool at node '%s' rounds its size up (ceil_mode), and before opset 19 counts what that adds as padding (count_include_pad): how much it is depends on the size of axis %d, which only the run shows; export the model with a fixed size there, or with opset 19"
                .formatted(node.name(), axis + 2));
      }
    }
    return Optional.of(more);
  }

  private static void scatter(Ops op, Node node) {
    op.graph().replace(node, Node.ONNX, "ScatterElements", node.attributes(), node.inputs());
  }

  /** Statistics for each element, not for each channel, are those of so many channels. */
  private static void batchNormalization(Ops op, Node node) {
    if (node.hasOutput(1)) {
      throw StandardNormalizations.ofBatch(new Operation(op.graph(), node));
    }
    Attributes attributes = node.attributes().without("spatial");
    Graph graph = op.graph();
    if (node.attributes().get("spatial", 1L) != 0) {
      graph.replace(node, Node.ONNX, node.opType(), attributes, node.inputs());
      return;
    }
    Value x = x(op, node);
    TensorType matrices = TensorType.ofRank(x.elementType(), 2);
    Value rows = op.one("Flatten", Attributes.NONE.with("axis", 1L), matrices, x);
    List<Value> inputs = new ArrayList<>(List.of(rows));
    for (int i = 1; i < node.inputs().size(); i++) {
      inputs.add(op.reshape(graph.value(node.input(i)), -1));
    }
    Value y = op.one(node.opType(), attributes, matrices, inputs.toArray(Value[]::new));
    replace(op, node, "Reshape", Attributes.NONE, y, op.shapeOf(x));
  }

  /** The factors were an attribute before opset 9. */
  private static void upsample(Ops op, Node node) {
    String factors =
        node.hasInput(1)
            ? node.input(1)
            : node.attributes()
                .floats("scales")
                .map(scales -> op.constant(Tensor.of(scales, scales.length)).name())
                .orElseThrow(
                    () ->
                        new GraphException(
                            "Upsample at node '%s' has no scales".formatted(node.name())));
    resize(op, node, factors);
  }

  /**
   * The nearest element was the one before where an axis grows, and the one after where it shrinks.
   */
  private static void resize(Ops op, Node node) {
    String factors = node.input(1);
    if (!node.attributes().get("mode", NEAREST).equals(NEAREST)) {
      resize(op, node, factors);
      return;
    }
    float[] scales =
        op.graph()
            .constant(factors)
            .map(Tensor::toFloats)
            .orElseThrow(
                () ->
                    new GraphException(
                        "Resize at node '%s' is of opset 10 and takes the nearest element by scales that only the run shows; export the model with opset 11 or newer"
                            .formatted(node.name())));
    float[] shrinking = new float[scales.length];
    float[] growing = new float[scales.length];
    for (int i = 0; i < scales.length; i++) {
      shrinking[i] = Math.min(scales[i], 1);
      growing[i] = Math.max(scales[i], 1);
    }
    if (Arrays.equals(growing, scales)) {
      resize(op, node, factors);
      return;
    }
    Value x = x(op, node);
    Value shrunk =
        op.one(
            "Resize",
            resizing(node).with("nearest_mode", "ceil"),
            TensorType.ofRank(x.elementType(), scales.length),
            x,
            Value.ABSENT,
            op.constant(Tensor.of(shrinking, shrinking.length)));
    replace(
        op,
        node,
        "Resize",
        resizing(node),
        shrunk,
        Value.ABSENT,
        op.constant(Tensor.of(growing, growing.length)));
  }

  private static void resize(Ops op, Node node, String factors) {
    op.graph()
        .replace(node, Node.ONNX, "Resize", resizing(node), List.of(node.input(0), "", factors));
  }

  private static Attributes resizing(Node node) {
    return Attributes.NONE
        .with("mode", node.attributes().get("mode", NEAREST))
        .with("coordinate_transformation_mode", "asymmetric")
        .with("nearest_mode", "floor");
  }

  private static void roiAlign(Ops op, Node node) {
    Attributes attributes =
        node.attributes().with("coordinate_transformation_mode", "output_half_pixel");
    op.graph().replace(node, Node.ONNX, node.opType(), attributes, node.inputs());
  }

  private static void gridSample(Ops op, Node node) {
    String mode =
        switch (node.attributes().get("mode", "bilinear")) {
          case "bilinear" -> "linear";
          case "bicubic" -> "cubic";
          default -> "nearest";
        };
    op.graph()
        .replace(
            node, Node.ONNX, node.opType(), node.attributes().with("mode", mode), node.inputs());
  }

  private static void fourier(Ops op, Node node) {
    long axis = node.attributes().get("axis", 1L);
    withInput(op, node, "axis", 2, op.constant(Tensor.scalar(axis)));
  }

  /** Scale and bias were given for each group, now for each channel. */
  private static void groupNormalization(Ops op, Node node) {
    Graph graph = op.graph();
    Value x = graph.value(node.input(0));
    long groups = node.attributes().get("num_groups", 1L);
    Value perGroup = op.concat(0, List.of(op.longs(1), op.div(op.sizeOf(x, 1), op.longs(groups))));
    replace(
        op,
        node,
        node.opType(),
        node.attributes(),
        x,
        repeated(op, graph.value(node.input(1)), perGroup),
        repeated(op, graph.value(node.input(2)), perGroup));
  }

  /** Each number of a vector several times in a row. */
  private static Value repeated(Ops op, Value vector, Value times) {
    return op.reshape(op.expand(op.reshape(vector, -1, 1), times), -1);
  }
}
