package org.tribuo.distill.student;

import java.util.List;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Trains through {@code QuantizeLinear} as if it did not round: the straight-through estimator of
 * Bengio, Léonard and Courville (2013), and for a scale that is trained the gradient of learned
 * step sizes of Esser et al. (2020). The true derivative of rounding is zero wherever there is one,
 * so that a student with quantised activations is refused unless its trainer is given these rules.
 * What is cut off at the ends of the integers' range gets no gradient.
 *
 * <p>The rules know int8, uint8 and int16, and {@code DequantizeLinear} as what reads the integers.
 * A source of other rules adds {@link StandardOperators#STRAIGHT_THROUGH} to its own.
 */
public final class StraightThroughQuantization implements GradientRuleSource {
  @Override
  public List<Operator> rules() {
    return StandardOperators.STRAIGHT_THROUGH;
  }
}
