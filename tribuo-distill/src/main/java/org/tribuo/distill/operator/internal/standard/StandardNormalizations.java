package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Trait.NORMALIZES;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;

/**
 * Normalisations of images and sound, [batch, channels, ...], and by a norm, written as their
 * formulas.
 */
final class StandardNormalizations {
  private StandardNormalizations() {}

  static final List<Operator> ALL =
      List.of(
          operator("InstanceNormalization")
              .sameShape()
              .with(NORMALIZES)
              .decomposition((op, n) -> grouped(op, n, 0)),
          operator("GroupNormalization")
              .sameShape()
              .with(NORMALIZES)
              .lift(21, StandardNormalizations::liftGroupNormalization)
              .decomposition((op, n) -> grouped(op, n, n.attribute("num_groups", 0L))),
          operator("BatchNormalization")
              .sameShape()
              .with(NORMALIZES)
              .statistics(3, 4)
              .lift(14, StandardNormalizations::liftBatchNormalization)
              .decomposition(StandardNormalizations::batch),
          operator("MeanVarianceNormalization").decomposition(StandardNormalizations::meanVariance),
          operator("LpNormalization")
              .along("axis", -1)
              .decomposition(StandardNormalizations::byNorm));

  /**
   * To mean 0 and variance 1 over each group of channels, then scaled and shifted by channel.
   *
   * @param groups their number; 0 makes each channel a group of its own
   */
  private static List<Value> grouped(Ops op, Operation n, long groups) {
    Value x = n.x(0);
    Value rows = op.reshape(x, 0, groups, -1);
    Value normalized = op.reshapeLike(normalized(op, rows, n.attribute("epsilon", 1e-5f), -1), x);
    return List.of(op.add(op.mul(normalized, byChannel(op, n.x(1), x)), byChannel(op, n.x(2), x)));
  }

  /** What is said of a normalisation by the statistics of the batch. */
  static GraphException ofBatch(Operation n) {
    return new GraphException(
        "%s takes mean and variance from the batch: export the model in evaluation mode"
            .formatted(n));
  }

  /** With the statistics of the training that is over, a factor and a shift for each channel. */
  private static List<Value> batch(Ops op, Operation n) {
    if (n.flag("training_mode") || n.hasY(1)) {
      throw ofBatch(n);
    }
    Value variance = op.add(n.x(4), n.attribute("epsilon", 1e-5f));
    Value factor = op.div(n.x(1), op.sqrt(variance));
    Value shift = op.sub(n.x(2), op.mul(n.x(3), factor));
    Value x = n.x(0);
    return List.of(op.add(op.mul(x, byChannel(op, factor, x)), byChannel(op, shift, x)));
  }

  private static List<Value> meanVariance(Ops op, Operation n) {
    return List.of(
        normalized(op, n.x(), 1e-9f, n.attributes().longs("axes").orElse(new long[] {0, 2, 3})));
  }

  /**
   * x/‖x‖ along an axis, with the norm of order 1 or 2. What is all zeros stays so, and as no
   * direction is better than another, gets no gradient.
   */
  private static List<Value> byNorm(Ops op, Operation n) {
    Value x = n.x();
    Value norm =
        op.one(
            n.attribute("p", 2L) == 1 ? "ReduceL1" : "ReduceL2",
            Attributes.NONE.with("keepdims", 1L),
            TensorType.ofRank(x.elementType(), x.rank()),
            x,
            op.longs(n.attribute("axis", -1L)));
    Value zero = op.scalar(0, x);
    Value isZero = op.equal(norm, zero);
    return List.of(op.where(isZero, zero, op.div(x, op.where(isZero, op.scalar(1, x), norm))));
  }

  private static Value normalized(Ops op, Value x, float epsilon, long... axes) {
    Value centred = op.sub(x, op.reduceMeanKeep(x, axes));
    Value variance = op.reduceMeanKeep(op.square(centred), axes);
    return op.div(centred, op.sqrt(op.add(variance, epsilon)));
  }

  /** A vector with one number for each channel of x, so that it broadcasts to x. */
  private static Value byChannel(Ops op, Value vector, Value x) {
    long[] sizes = new long[x.rank() - 1];
    java.util.Arrays.fill(sizes, 1);
    sizes[0] = -1;
    return op.reshape(vector, sizes);
  }

  // ---- older opsets

  /** Statistics for each element, not for each channel, are those of so many channels. */
  private static void liftBatchNormalization(Ops op, Node node) {
    if (node.hasOutput(1)) {
      throw ofBatch(new Operation(op.graph(), node));
    }
    Attributes attributes = node.attributes().without("spatial");
    Graph graph = op.graph();
    if (node.attributes().get("spatial", 1L) != 0) {
      graph.replace(node, Node.ONNX, node.opType(), attributes, node.inputs());
      return;
    }
    Value x = Lifts.x(op, node);
    TensorType matrices = TensorType.ofRank(x.elementType(), 2);
    Value rows = op.one("Flatten", Attributes.NONE.with("axis", 1L), matrices, x);
    List<Value> inputs = new ArrayList<>(List.of(rows));
    for (int i = 1; i < node.inputs().size(); i++) {
      inputs.add(op.reshape(graph.value(node.input(i)), -1));
    }
    Value y = op.one(node.opType(), attributes, matrices, inputs.toArray(Value[]::new));
    Lifts.replace(op, node, "Reshape", Attributes.NONE, y, op.shapeOf(x));
  }

  /** Scale and bias were given for each group, now for each channel. */
  private static void liftGroupNormalization(Ops op, Node node) {
    Graph graph = op.graph();
    Value x = graph.value(node.input(0));
    long groups = node.attributes().get("num_groups", 1L);
    Value perGroup = op.concat(0, List.of(op.longs(1), op.div(op.sizeOf(x, 1), op.longs(groups))));
    Lifts.replace(
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
