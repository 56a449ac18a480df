package org.tribuo.distill.training.internal.data;

import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.internal.component.ExampleException;

/**
 * The examples of a training, which may have to be cut to what the student reads.
 *
 * @param whole as long as they are; they have all outputs
 * @param within makes them of examples that have at most some number of positions
 * @param names says what is wrong with one of those that were made last, as the caller knows it
 */
public record ExamplesByLength<T extends Output<T>>(
    Dataset<T> whole,
    IntFunction<Dataset<T>> within,
    Function<ExampleException, IllegalArgumentException> names) {
  /** Examples that are cut as their task cuts them, which most do not. */
  public static <T extends Output<T>> ExamplesByLength<T> of(Dataset<T> examples) {
    CutExamples<T> cut = new CutExamples<>(examples);
    return new ExamplesByLength<>(examples, cut::within, cut::named);
  }

  /**
   * Examples that the caller cuts, who knows their numbers.
   *
   * @param maxLength the maximum that is stated, which no student exceeds
   */
  public static <T extends Output<T>> ExamplesByLength<T> cut(
      IntFunction<Dataset<T>> within, OptionalInt maxLength) {
    return new ExamplesByLength<>(
        within.apply(maxLength.orElse(Integer.MAX_VALUE)), within, wrong -> wrong);
  }
}
