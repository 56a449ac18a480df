package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Derivative.Shapes.OF_OUTPUT;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.SizedNode;

/**
 * Normalisations. Standard operators, which run on all threads, are faster than ONNX Runtime's own
 * gradient kernels, which run on one.
 */
final class Normalizations {
  private Normalizations() {}

  static final List<Operator> ALL =
      List.of(
          operator("LayerNormalization")
              .normalizing()
              .shapes(Normalizations::shapes)
              .gradient(OF_OUTPUT, Normalizations::layerNormalization),
          operator("SimplifiedLayerNormalization")
              .normalizing()
              .gradient(OF_OUTPUT, Normalizations::rootMeanSquare));

  /**
   * With x̂ = (x - mean)·r, r = 1/std, g = dy·scale: dx = r·(g - mean(g) - x̂·mean(g·x̂)), dscale =
   * Σ dy·x̂, dbias = Σ dy. Where the mean and r are outputs too, dx += (dmean - dr·r²·x̂)/N over
   * the N elements that they are of.
   */
  private static List<Value> layerNormalization(Ops op, ForwardNode n, Value dy) {
    Value mean = statistic(op, n, 1);
    Value r = statistic(op, n, 2);
    long[] axes = axes(n);
    Value normalized = op.mul(op.sub(n.x(0), mean), r);
    Value g = op.mul(dy, n.x(1));
    Value meanG = op.reduceMeanKeep(g, axes);
    Value meanGx = op.reduceMeanKeep(op.mul(g, normalized), axes);
    Value dx = op.mul(r, op.sub(op.sub(g, meanG), op.mul(normalized, meanGx)));
    Value dMean = n.dy(1).isAbsent() ? dx : op.add(dx, perElement(op, n, 1));
    Value slope = op.mul(op.square(r), normalized);
    Value dR = n.dy(2).isAbsent() ? dMean : op.sub(dMean, op.mul(perElement(op, n, 2), slope));
    return grads(dR, op.mul(dy, normalized), dy);
  }

  /** The gradient of a statistic, divided by the number of elements that it is of. */
  private static Value perElement(Ops op, ForwardNode n, int output) {
    Value count = Reductions.counted(op, n.x(0), n.y(output));
    return op.div(op.cast(n.dy(output), n.elementType()), count);
  }

  /**
   * As above without the mean: x̂ = x·r, r = 1/√mean(x²), dx = r·(g - x̂·mean(g·x̂)), and where r
   * is an output, dx -= dr·r²·x̂/N.
   */
  private static List<Value> rootMeanSquare(Ops op, ForwardNode n, Value dy) {
    Value r = statistic(op, n, 1);
    Value normalized = op.mul(n.x(0), r);
    Value g = op.mul(dy, n.x(1));
    Value meanGx = op.reduceMeanKeep(op.mul(g, normalized), axes(n));
    Value dx = op.mul(r, op.sub(g, op.mul(normalized, meanGx)));
    Value slope = op.mul(op.square(r), normalized);
    Value dR = n.dy(1).isAbsent() ? dx : op.sub(dx, op.mul(perElement(op, n, 1), slope));
    return grads(dR, op.mul(dy, normalized));
  }

  private static Value statistic(Ops op, ForwardNode n, int output) {
    TensorType type = TensorType.ofUnknownRank(ElementType.FLOAT);
    return op.cast(n.optionalY(output, type), n.elementType());
  }

  /** The axes that are normalised: those from the attribute {@code axis} to the last. */
  private static long[] axes(ForwardNode n) {
    long first = n.attribute("axis", -1L);
    return LongStream.range(first < 0 ? first : first - n.x().rank(), 0).toArray();
  }

  // ---- shapes

  private static List<Optional<Shape>> shapes(SizedNode n) {
    return List.of(n.x(), statistics(n), statistics(n));
  }

  private static Optional<Shape> statistics(SizedNode n) {
    return n.x()
        .map(
            shape -> {
              long axis = n.attributes().get("axis", -1L);
              long first = axis < 0 ? axis + shape.rank() : axis;
              List<Dimension> dims = new ArrayList<>(shape.dimensions());
              for (int i = (int) first; i < dims.size(); i++) {
                dims.set(i, Dimension.of(1));
              }
              return new Shape(dims);
            });
  }
}
