package org.tribuo.distill.training.internal.data;

import java.util.OptionalInt;
import java.util.function.IntFunction;
import org.tribuo.Dataset;
import org.tribuo.Output;

/**
 * The examples of a training, which may have to be cut to what the student reads.
 *
 * @param whole as long as they are; they have all outputs
 * @param within makes them of examples that have at most some number of positions
 */
public record ExamplesByLength<T extends Output<T>>(
    Dataset<T> whole, IntFunction<Dataset<T>> within) {
  /** Examples that are what they are. */
  public static <T extends Output<T>> ExamplesByLength<T> of(Dataset<T> examples) {
    return new ExamplesByLength<>(examples, any -> examples);
  }

  /**
   * Examples that are cut.
   *
   * @param maxLength the maximum that is stated, which no student exceeds
   */
  public static <T extends Output<T>> ExamplesByLength<T> cut(
      IntFunction<Dataset<T>> within, OptionalInt maxLength) {
    return new ExamplesByLength<>(within.apply(maxLength.orElse(Integer.MAX_VALUE)), within);
  }
}
