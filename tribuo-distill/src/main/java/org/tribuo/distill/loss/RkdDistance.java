package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Relational knowledge distillation by distances (Park et al. 2019, arXiv:1904.05068): the
 * distances between all examples of a batch, divided by the mean of the positive ones; Smooth-L1
 * between those of student and teacher, mean over all pairs, those of an example with itself
 * included. The paper gives it weight 25 beside {@link RkdAngle} with 50.
 *
 * @param layers the layer of each
 * @param vector what stands for an example
 */
public record RkdDistance(LayerPair layers, ExampleVector vector) implements FeatureLoss {
  /** Three: one example has no distances, and those of two are always 1. */
  @Override
  public int fewestExamples() {
    return 3;
  }

  @Override
  public Value over(Ops op, Features features) {
    ExampleRelations examples = ExampleRelations.of(op, features, layers, vector);
    return SmoothL1.mean(op, distances(op, examples.student()), distances(op, examples.teacher()));
  }

  private static Value distances(Ops op, Value vectors) {
    Value squares = op.reduceSum(op.square(ExampleRelations.differences(op, vectors)), -1);
    Value isPositive = op.cast(op.greater(squares, op.scalar(0, squares)), squares.elementType());
    Value distances = op.mul(SafeRoot.of(op, squares), isPositive);
    Value positive = op.max(op.reduceSum(isPositive), 1);
    Value mean = op.div(op.reduceSum(distances), positive);
    // All examples alike: no distances, instead of zero divided by zero.
    return op.div(distances, op.max(mean, 1e-12));
  }
}
