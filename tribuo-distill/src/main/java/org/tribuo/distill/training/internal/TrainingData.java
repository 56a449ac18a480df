package org.tribuo.distill.training.internal;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.Tensor;

/**
 * The rows that a student is trained on, as batches of tensors. Each method gives the same answer
 * whenever it is read: whatever is random depends on a seed that the data was made with.
 */
public interface TrainingData {
  /** The number of rows. */
  int rows();

  /**
   * The batches of an epoch, each as the numbers of its rows.
   *
   * @param epoch counted from 0
   */
  List<int[]> epoch(int epoch);

  /**
   * The tensors of a batch: the inputs of the student, and the targets under the names of {@link
   * org.tribuo.distill.loss.internal.ObjectiveInputs}. More than the training needs does no harm.
   */
  Map<String, Tensor> batch(int[] rows);

  /**
   * How much the rows of a batch count, by their targets alone; empty if that is not known: then
   * each batch of an update counts as much as another.
   */
  default Optional<CountedRows> counted(int[] rows) {
    return Optional.empty();
  }

  /** The tokens of a batch without padding. */
  long tokens(int[] rows);

  /**
   * The numbers that occur in an integer input of the student in any batch, padding included.
   *
   * @param input the name of an input whose numbers are not negative, such as {@code input_ids}
   */
  BitSet valuesOf(String input);
}
