package org.tribuo.distill.operator.internal.standard;

import java.util.List;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.Operators;

/** The table of all operators that this library knows. */
public final class StandardOperators {
  private StandardOperators() {}

  /**
   * Gradients of operators that round, as if they did not; for those who choose so. Where a value
   * is cut off at the end of the range, no gradient passes to it.
   */
  public static final List<Operator> STRAIGHT_THROUGH = Quantization.STRAIGHT_THROUGH;

  public static final Operators TABLE =
      Operators.of(
          Elementwise.ALL,
          Logic.ALL,
          Logic.COMPARISONS,
          Logic.STEPS,
          ActivationFunctions.ALL,
          MatrixProducts.ALL,
          Convolutions.ALL,
          Normalizations.ALL,
          StandardNormalizations.ALL,
          Reductions.ALL,
          Sizes.ALL,
          Sizes.WITHOUT_SHAPES,
          Shapes.ALL,
          Indexing.ALL,
          Scatters.ALL,
          Resampling.ALL,
          Quantization.ALL,
          Quantization.OF_INTEGERS,
          ControlFlow.ALL,
          StandardAttention.ALL,
          RotaryEmbeddings.ALL,
          FusedActivations.ALL,
          FusedProducts.ALL,
          FusedNormalizations.ALL,
          FusedAttention.ALL,
          GroupQueryAttention.ALL,
          LibraryEntries.ALL);

  /** The entry of a node's operator; one without any statement if it is not known. */
  public static Operator of(Node node) {
    return TABLE.of(node);
  }

  /** Whether a node's operator is known to have a trait. */
  public static boolean has(Node node, Operator.Trait trait) {
    return of(node).has(trait);
  }
}
