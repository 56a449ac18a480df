package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * Relational knowledge distillation by angles (Park et al. 2019, arXiv:1904.05068): the cosines of
 * the angles at each example of a batch between any two others; Smooth-L1 between those of student
 * and teacher, mean over all triples. See {@link RkdDistance}. Memory and time grow with the cube
 * of the batch.
 *
 * <pre>{@code
 * <component name="angles" type="org.tribuo.distill.loss.RkdAngle">
 *   <property name="vector" value="FIRST_TOKEN"/>
 * </component>
 * }</pre>
 */
public final class RkdAngle extends ExampleRelationLoss {
  /** Of the mean of the last hidden states of both. */
  public RkdAngle() {}

  /**
   * Of a layer of each.
   *
   * @param layers the layer of each
   * @param vector what stands for an example
   */
  public RkdAngle(LayerPair layers, ExampleVector vector) {
    super(layers, vector);
  }

  /** Three: an angle is between three examples. */
  @Override
  public int fewestExamples() {
    return 3;
  }

  @Override
  Value of(Ops op, ExampleRelations examples) {
    return SmoothL1.mean(op, angles(op, examples.student()), angles(op, examples.teacher()));
  }

  private static Value angles(Ops op, Value vectors) {
    Value directions = UnitVectors.of(op, ExampleRelations.differences(op, vectors));
    return op.matmul(directions, false, directions, true);
  }
}
