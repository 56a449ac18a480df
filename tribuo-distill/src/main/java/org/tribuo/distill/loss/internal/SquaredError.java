package org.tribuo.distill.loss.internal;

import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.HardLoss.LabelForm;

/**
 * Squared error of a regression: {@code (s - y)²} against the true value. Labels are float [rows,
 * outputs]; mean over outputs, then over the labelled rows.
 */
public record SquaredError() implements HardLoss {
  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.LOGITS);
  }

  @Override
  public LabelForm labelForm() {
    return LabelForm.VECTORS;
  }

  @Override
  public Value perRow(Ops op, Value logits, Value labels) {
    return op.reduceMean(op.square(op.sub(logits, labels)), -1);
  }

  @Override
  public String toString() {
    return "SquaredError";
  }
}
