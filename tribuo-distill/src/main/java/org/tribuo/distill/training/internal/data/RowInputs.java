package org.tribuo.distill.training.internal.data;

import java.util.Map;
import org.tribuo.distill.graph.Tensor;

/** Tensors of some rows, such as their soft targets. Safe for many threads. */
public interface RowInputs {
  /**
   * The tensors of a batch.
   *
   * @param rows their numbers in the examples that the tensors are of
   * @return by the names of the objective's inputs, one row for each number, in that order
   */
  Map<String, Tensor> batch(int[] rows);
}
