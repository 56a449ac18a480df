package org.tribuo.distill.task.internal;

import java.util.List;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.Prediction;

/**
 * Tribuo outputs as target tensors, and logits as Tribuo predictions, for one head of one model.
 *
 * <p>The columns of the logits have names, in the <em>label order</em>. Tribuo numbers its labels
 * in the order of a hash map, so numbers are never assumed to agree: the order is stated, and
 * matched by name with what the dataset knows. A fresh head, which has no order yet, has its
 * columns sorted by name. Immutable and safe for many threads.
 *
 * @param <T> the outputs
 */
public interface TargetCodec<T extends Output<T>> {
  /** The names of the logits' columns. */
  LabelOrder columns();

  /** The number of columns of the logits. */
  default int width() {
    return columns().size();
  }

  /** Whether an output is a hard target, as opposed to Tribuo's unknown output. */
  boolean isLabelled(T output);

  /** Whether an example has a hard target, which is its output unless stated otherwise. */
  default boolean isLabelled(Example<T> example) {
    return isLabelled(example.getOutput());
  }

  /**
   * The hard targets of examples, one row each. Unlabelled examples are welcome: see {@link
   * Targets}.
   *
   * @throws IllegalArgumentException if an output has a name that no column has, or for regression
   *     lacks one or has a value that is not a finite float; the message says which example
   */
  Targets encode(List<? extends Example<T>> examples);

  /**
   * What {@link #decode(List, List, Example)} wants of the logits of a row, all of them unless
   * stated otherwise: what is kept of many rows before they are decoded.
   *
   * @param logits one for each column, or for each of its rows and columns
   * @param row that a model has read
   * @throws IllegalArgumentException as {@link #decode(float[], int, Example)}
   */
  default float[] kept(float[] logits, Example<T> row) {
    return logits;
  }

  /**
   * What a model predicts for one example.
   *
   * @param logits one for each column, or for each of its rows and columns
   * @param used how many features of the example the model has used
   * @throws IllegalArgumentException if there are more or fewer logits than columns, or one is not
   *     finite
   */
  Prediction<T> decode(float[] logits, int used, Example<T> example);

  /**
   * What a model predicts for an example of which it has read some rows, as {@link Task#rows} makes
   * them.
   *
   * @param kept of the logits of each row
   * @throws IllegalArgumentException as {@link #decode(float[], int, Example)}
   */
  default Prediction<T> decode(List<float[]> kept, List<Example<T>> rows, Example<T> example) {
    return decode(kept.get(0), rows.get(0).size(), example);
  }
}
