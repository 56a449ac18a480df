package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * Relational knowledge distillation by distances (Park et al. 2019, arXiv:1904.05068): the
 * distances between all examples of a batch, divided by the mean of the positive ones; Smooth-L1
 * between those of student and teacher, mean over all pairs, those of an example with itself
 * included. The paper gives it weight 25 beside {@link RkdAngle} with 50.
 *
 * <pre>{@code
 * <component name="distances" type="org.tribuo.distill.loss.RkdDistance">
 *   <property name="vector" value="FIRST_TOKEN"/>
 * </component>
 * }</pre>
 */
public final class RkdDistance extends ExampleRelationLoss {
  /** Of the mean of the last hidden states of both. */
  public RkdDistance() {}

  /**
   * Of a layer of each.
   *
   * @param layers the layer of each
   * @param vector what stands for an example
   */
  public RkdDistance(LayerPair layers, ExampleVector vector) {
    super(layers, vector);
  }

  /** Three: one example has no distances, and those of two are always 1. */
  @Override
  public int fewestExamples() {
    return 3;
  }

  @Override
  Value of(Ops op, ExampleRelations examples) {
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
