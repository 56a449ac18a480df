package org.tribuo.distill.loss;

import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Kullback-Leibler divergence of the softened teacher from the softened student, in nats: {@code T²
 * Σ_c q (log q - log p)}. The student seeks the teacher's main classes and may ignore the others;
 * used for language models (Gu et al. 2023, MiniLLM, arXiv:2306.08543).
 *
 * <p>Summed over classes, mean over the rows that count, times T².
 */
public record ReverseKl() implements RowwiseSoftLoss {
  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.PROBABILITIES);
  }

  @Override
  public Value perRow(Ops op, Rows rows) {
    rows.requireClasses(2, "ReverseKl", "with one class the divergence is always 0");
    Softened at = Softened.of(op, rows);
    return op.mul(Softened.divergence(op, at.logQ(), at.logP()), at.squaredTemperature());
  }

  @Override
  public String toString() {
    return "ReverseKl";
  }
}
