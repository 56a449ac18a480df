package org.tribuo.distill.loss;

import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Squared error of a regression against the teacher's value: {@code (s - t)²}. Mean over outputs,
 * then over the rows that count. There is nothing to soften, so it uses no temperature.
 */
public record RegressionSoftTargets() implements RowwiseSoftLoss {
  @Override
  public boolean ignoresImpossibleClasses() {
    return false;
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.LOGITS);
  }

  @Override
  public Value perRow(Ops op, Rows rows) {
    return op.reduceMean(op.square(op.sub(rows.student(), rows.teacher())), -1);
  }

  @Override
  public String toString() {
    return "RegressionSoftTargets";
  }
}
