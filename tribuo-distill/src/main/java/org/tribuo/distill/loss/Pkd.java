package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * Patient knowledge distillation (Sun et al. 2019, arXiv:1908.09355): the states of the first
 * token, [CLS], each divided by its length; {@code ‖h_s/‖h_s‖ - h_t/‖h_t‖‖²}, mean over examples,
 * summed over the pairs of layers. Where the widths differ, the student's states are projected as
 * in {@link HiddenStateMse}; the paper has equal ones. Padding must be on the right.
 *
 * <pre>{@code
 * <component name="states" type="org.tribuo.distill.loss.Pkd">
 *   <property name="layers" value="pairs"/>
 * </component>
 * }</pre>
 */
public final class Pkd extends LayerwiseLoss {
  /** Between layers that are spread evenly. */
  public Pkd() {}

  /**
   * Between these layers.
   *
   * @param layers which layers are compared; {@link LayerMap#skip} in the paper
   */
  public Pkd(LayerMap layers) {
    super(layers);
  }

  @Override
  Value ofPair(Ops op, Activations activations, LayerPair pair) {
    HiddenStatePair states = HiddenStatePair.of(activations, pair);
    Value difference =
        op.sub(
            direction(op, activations, states.student()),
            direction(op, activations, states.teacher()));
    return op.reduceMean(op.reduceSum(op.square(difference), -1));
  }

  private static Value direction(Ops op, Activations activations, Value states) {
    return UnitVectors.of(op, activations.pooled(states, ExampleVector.FIRST_TOKEN));
  }
}
