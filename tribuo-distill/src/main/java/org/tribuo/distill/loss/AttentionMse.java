package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Attention near the teacher's: the mean of the squared difference over heads and over the pairs of
 * a query and a key that are both tokens, summed over the pairs of layers (Jiao et al. 2020,
 * arXiv:1909.10351, §3). Where the numbers of heads differ, both are averaged over the heads first.
 *
 * <p>Of scores, a key that student or teacher hide from a query does not count, as in causal
 * models: one whose probability is zero to the last bit. TinyBERT's program counts padding, as
 * zeros.
 *
 * <pre>{@code
 * <component name="attention" type="org.tribuo.distill.loss.AttentionMse">
 *   <property name="form" value="PROBABILITIES"/>
 * </component>
 * }</pre>
 */
public final class AttentionMse extends AttentionLoss {
  /** Of scores, between layers that are spread evenly. */
  public AttentionMse() {}

  /**
   * Between these layers.
   *
   * @param layers which layers are compared
   * @param form scores, as in TinyBERT, or probabilities
   */
  public AttentionMse(LayerMap layers, AttentionForm form) {
    super(layers, form);
  }

  @Override
  Value ofPair(Ops op, AttentionPair pair) {
    Value tokens = op.mul(pair.query(), pair.key());
    if (form() == AttentionForm.PROBABILITIES) {
      Value squares = op.mul(op.square(op.sub(pair.student(), pair.teacher())), tokens);
      return mean(op, squares, op.mul(op.reduceSum(tokens), (double) pair.heads()));
    }
    Value counted = op.mul(pair.query(), pair.visibleToBoth(op));
    Value counts = op.greater(counted, op.scalar(0, counted));
    Value none = op.scalar(0, counted);
    // Chosen, not multiplied: what hides a key may be minus infinity.
    Value student = op.where(counts, pair.student(), none);
    Value teacher = op.where(counts, pair.teacher(), none);
    return mean(op, op.square(op.sub(student, teacher)), op.reduceSum(counted));
  }

  private static Value mean(Ops op, Value squares, Value number) {
    return op.div(op.reduceSum(squares), op.max(number, 1));
  }
}
