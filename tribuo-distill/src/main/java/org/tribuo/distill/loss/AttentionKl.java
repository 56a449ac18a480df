package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * The divergence of the student's attention from the teacher's: {@code KL(teacher, student)} over
 * the keys that are tokens, mean over heads and over the queries that are tokens, summed over the
 * pairs of layers. Where the numbers of heads differ, both are averaged over the heads first, and
 * then it makes a difference whether scores or probabilities are. Of scores, a key that student or
 * teacher hide from a query does not count, as in causal models: both are compared over the keys
 * that both see.
 *
 * <pre>{@code
 * <component name="attention" type="org.tribuo.distill.loss.AttentionKl">
 *   <property name="form" value="PROBABILITIES"/>
 * </component>
 * }</pre>
 */
public final class AttentionKl extends AttentionLoss {
  /** Stands for minus infinity, so that zero times it is zero. */
  private static final double HIDDEN = -1e30;

  /** The smallest probability whose logarithm is taken. */
  private static final double SMALLEST = 1e-30;

  /** Of scores, between layers that are spread evenly. */
  public AttentionKl() {}

  /**
   * Between these layers.
   *
   * @param layers which layers are compared
   * @param form scores, from which probabilities are computed here, or probabilities
   */
  public AttentionKl(LayerMap layers, AttentionForm form) {
    super(layers, form);
  }

  @Override
  Value ofPair(Ops op, AttentionPair pair) {
    Value perQuery =
        form() == AttentionForm.SCORES ? ofScores(op, pair) : ofProbabilities(op, pair);
    Value queries = op.squeeze(pair.query(), 3);
    return op.div(
        op.reduceSum(op.mul(perQuery, queries)),
        op.max(op.mul(op.reduceSum(queries), (double) pair.heads()), 1));
  }

  private static Value ofScores(Ops op, AttentionPair pair) {
    Value visible = pair.visibleToBoth(op);
    Value logP = logSoftmax(op, pair.teacher(), visible);
    return divergence(op, op.exp(logP), logP, logSoftmax(op, pair.student(), visible));
  }

  private static Value logSoftmax(Ops op, Value scores, Value visible) {
    Value counts = op.greater(visible, op.scalar(0, visible));
    // Padding may see nothing but scores that are smaller still.
    Value bounded = op.max(scores, HIDDEN);
    return op.logSoftmax(op.where(counts, bounded, op.scalar(HIDDEN, scores)), -1);
  }

  private static Value ofProbabilities(Ops op, AttentionPair pair) {
    return divergence(
        op,
        op.mul(pair.teacher(), pair.key()),
        op.log(op.max(pair.teacher(), SMALLEST)),
        op.log(op.max(pair.student(), SMALLEST)));
  }

  private static Value divergence(Ops op, Value p, Value logP, Value logQ) {
    return op.reduceSum(op.mul(p, op.sub(logP, logQ)), -1);
  }
}
