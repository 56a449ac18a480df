package org.tribuo.distill.loss.internal;

import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.HardLoss.LabelForm;

/**
 * Cross-entropy of independent yes-or-no labels, in nats, where several labels may hold at once:
 * {@code softplus(s) - s y}, which is {@code -y log σ(s) - (1 - y) log σ(-s)} without overflow.
 *
 * <p>Labels from 0 to 1, float [rows, labels]; mean over labels, then over the labelled rows.
 */
public record BinaryCrossEntropy() implements HardLoss {
  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.LABEL_PROBABILITIES);
  }

  @Override
  public LabelForm labelForm() {
    return LabelForm.VECTORS;
  }

  @Override
  public Value perRow(Ops op, Value logits, Value labels) {
    return op.reduceMean(elementwise(op, logits, labels), -1);
  }

  /** The cross-entropy of each label: [rows, labels]. */
  public static Value elementwise(Ops op, Value logits, Value probabilities) {
    return op.sub(op.softplus(logits), op.mul(logits, probabilities));
  }

  @Override
  public String toString() {
    return "BinaryCrossEntropy";
  }
}
