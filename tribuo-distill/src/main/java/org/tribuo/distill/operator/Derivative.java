package org.tribuo.distill.operator;

/** What is known of an operator's derivative. */
public sealed interface Derivative {
  /** What shape the gradients have that a rule returns. */
  enum Shapes {
    /** Each gradient has the shape of its input. */
    OF_INPUTS,
    /** Each gradient has the shape of the output; the walk sums it to that of its input. */
    OF_OUTPUT,
    /** A gradient may have more or larger axes than its input; the walk sums them. */
    BROADCAST
  }

  /**
   * A gradient for each input.
   *
   * @param quantizes whether the integers of the output stand for floats, whose gradient the rule
   *     is given
   */
  record Rule(Shapes shapes, GradientRule gradient, boolean quantizes) implements Derivative {}

  /** The derivative is zero wherever it exists. */
  record Flat() implements Derivative {}
}
