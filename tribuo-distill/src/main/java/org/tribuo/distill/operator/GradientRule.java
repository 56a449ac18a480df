package org.tribuo.distill.operator;

import java.util.List;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * The derivative of one operator, as operations on values: given the gradient {@code dy} of the
 * loss with respect to the operator's (first) output, the gradients with respect to its inputs.
 */
@FunctionalInterface
public interface GradientRule {
  /**
   * In the place of a gradient: this input gets none. That is an error where the input depends on a
   * weight; a gradient that is zero is a value of zeros.
   */
  Value NONE = Value.ABSENT;

  /**
   * Writes the gradients into the graph.
   *
   * @param op writes operations
   * @param n the operator's node: its inputs, outputs and attributes
   * @param dy the gradient of the first output, of its shape
   * @return one value for each input, {@link #NONE} where there is no gradient or none is needed
   *     ({@link ForwardNode#wants}); inputs past the end of the list get none
   */
  List<Value> gradients(Ops op, ForwardNode n, Value dy);

  /** The gradients of the inputs, in their order. */
  static List<Value> grads(Value... dx) {
    return List.of(dx);
  }
}
