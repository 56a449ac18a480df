package org.tribuo.distill.loss;

import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.internal.BinaryCrossEntropy;

/**
 * Cross-entropy of independent labels against the teacher's softened probabilities, in nats: {@code
 * -T² [σ(t/T) log σ(s/T) + (1 - σ(t/T)) log σ(-s/T)]}, the soft loss of multi-label tasks.
 *
 * <p>Mean over labels, then over the rows that count, times T² (Hinton et al. 2015,
 * arXiv:1503.02531, section 2). The teacher's own entropy is not subtracted, so the least value is
 * not 0.
 */
public record BinarySoftTargets() implements RowwiseSoftLoss {
  @Override
  public boolean ignoresImpossibleClasses() {
    return false;
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.LABEL_PROBABILITIES);
  }

  @Override
  public Value perRow(Ops op, Rows rows) {
    Value temperature = rows.temperature();
    Value targets = op.sigmoid(op.div(rows.teacher(), temperature));
    Value perLabel =
        BinaryCrossEntropy.elementwise(op, op.div(rows.student(), temperature), targets);
    return op.mul(op.reduceMean(perLabel, -1), op.square(temperature));
  }

  @Override
  public String toString() {
    return "BinarySoftTargets";
  }
}
