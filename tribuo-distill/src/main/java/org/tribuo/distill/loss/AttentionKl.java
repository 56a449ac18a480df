package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * The divergence of the student's attention from the teacher's: {@code KL(teacher, student)} over
 * the keys that are tokens, mean over heads and over the queries that are tokens, summed over the
 * pairs of layers. Where the numbers of heads differ, both are averaged over the heads first, and
 * then it makes a difference whether scores or probabilities are.
 *
 * @param layers which layers are compared
 * @param form scores, from which probabilities are computed here, or probabilities
 */
public record AttentionKl(LayerMap layers, AttentionForm form) implements FeatureLoss {
  /** Stands for minus infinity, so that zero times it is zero. */
  private static final double HIDDEN = -1e30;

  /** The smallest probability whose logarithm is taken. */
  private static final double SMALLEST = 1e-30;

  @Override
  public Value over(Ops op, Features features) {
    return features.sumOverPairs(
        layers, pair -> ofPair(op, AttentionPair.of(op, features, form, pair)));
  }

  private Value ofPair(Ops op, AttentionPair pair) {
    Value logP = logProbabilities(op, pair, pair.teacher());
    Value logQ = logProbabilities(op, pair, pair.student());
    Value p = form == AttentionForm.SCORES ? op.exp(logP) : op.mul(pair.teacher(), pair.key());
    Value perQuery = op.reduceSum(op.mul(p, op.sub(logP, logQ)), -1);
    Value queries = op.squeeze(pair.query(), 3);
    return op.div(
        op.reduceSum(op.mul(perQuery, queries)),
        op.max(op.mul(op.reduceSum(queries), (double) pair.heads()), 1));
  }

  private Value logProbabilities(Ops op, AttentionPair pair, Value attention) {
    if (form == AttentionForm.PROBABILITIES) {
      return op.log(op.max(attention, SMALLEST));
    }
    Value isToken = op.greater(pair.key(), op.scalar(0, pair.key()));
    Value hidden = op.scalar(HIDDEN, attention);
    return op.logSoftmax(op.where(isToken, op.max(attention, HIDDEN), hidden), -1);
  }
}
