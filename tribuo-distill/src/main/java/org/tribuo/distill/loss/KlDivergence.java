package org.tribuo.distill.loss;

import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Kullback-Leibler divergence of the softened student from the softened teacher, in nats: {@code T²
 * Σ_c p (log p - log q)}, with {@code p = softmax(t/T)} of the teacher and {@code q = softmax(s/T)}
 * of the student. The usual soft loss of distillation; it makes the student cover every class to
 * which the teacher assigns probability.
 *
 * <p>Summed over classes, mean over the rows that count, times T² (Hinton et al. 2015,
 * arXiv:1503.02531; as in DistilBERT). Others divide by the number of classes as well, or leave T²
 * out.
 */
public record KlDivergence() implements RowwiseSoftLoss {
  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.PROBABILITIES);
  }

  @Override
  public Value perRow(Ops op, Rows rows) {
    rows.requireClasses(2, "KlDivergence", "with one class the divergence is always 0");
    Softened at = Softened.of(op, rows);
    return op.mul(Softened.divergence(op, at.logP(), at.logQ()), at.squaredTemperature());
  }

  @Override
  public String toString() {
    return "KlDivergence";
  }
}
