package org.tribuo.distill.loss;

import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * A loss against the true labels, row by row. The objective takes the mean over the labelled rows;
 * rows without a label may hold any finite number. Implementations are immutable.
 */
public interface HardLoss {
  /** How this loss wants the labels. */
  LabelForm labelForm();

  /**
   * In which forms the loss compares answers, so that it is refused where the outputs have none of
   * them; a loss that does not say it may be used for all outputs that have labels of its form.
   */
  default Set<AnswerForm> answerForms() {
    return Set.of();
  }

  /**
   * Writes the loss of each row into the graph.
   *
   * @param logits [rows, outputs], before any activation
   * @param labels int64 [rows], each from 0 to outputs - 1, or float [rows, outputs]: see {@link
   *     #labelForm}
   * @return [rows]
   */
  Value perRow(Ops op, Value logits, Value labels);
}
