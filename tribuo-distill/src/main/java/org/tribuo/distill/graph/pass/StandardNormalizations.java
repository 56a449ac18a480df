package org.tribuo.distill.graph.pass;

import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Normalisations of images and sound, [batch, channels, ...], and by a norm, written as their
 * formulas.
 */
final class StandardNormalizations {
  private StandardNormalizations() {}

  static final Map<String, Decomposition> DECOMPOSITIONS =
      Map.of(
          "InstanceNormalization", (op, n) -> grouped(op, n, 0),
          "GroupNormalization", (op, n) -> grouped(op, n, n.attribute("num_groups", 0L)),
          "BatchNormalization", StandardNormalizations::batch,
          "MeanVarianceNormalization", StandardNormalizations::meanVariance,
          "LpNormalization", StandardNormalizations::byNorm);

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
}
