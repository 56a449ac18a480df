package org.tribuo.distill.loss;

import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Distance of directions, {@code 1 - cos(s, t)}, from 0 to 2: for embeddings, whose length does not
 * matter. Mean over the rows that count; asks for no temperature.
 */
public record CosineDistance() implements RowwiseSoftLoss {
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
    return op.oneMinus(Cosine.of(op, rows.student(), rows.teacher(), 1));
  }

  @Override
  public String toString() {
    return "CosineDistance";
  }
}
