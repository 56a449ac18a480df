package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** A soft loss that is the mean of a number for each row, over the rows that count. */
public interface RowwiseSoftLoss extends SoftLoss {
  /**
   * Writes the loss of each row into the graph.
   *
   * @return [rows]
   */
  Value perRow(Ops op, Rows rows);

  @Override
  default boolean weighsRows() {
    return true;
  }

  @Override
  default Value over(Ops op, Rows rows) {
    return rows.mean(perRow(op, rows));
  }
}
