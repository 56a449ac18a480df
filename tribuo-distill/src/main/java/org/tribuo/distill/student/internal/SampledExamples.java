package org.tribuo.distill.student.internal;

import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.transformer.internal.Transformer;

/** The examples that a student will learn from, of which its source may look at some. */
@FunctionalInterface
public interface SampledExamples {
  /** None: a source that needs some cannot make its student. */
  SampledExamples NONE =
      (model, count, seed) -> {
        throw new IllegalArgumentException(
            "The student is made by what it computes for examples, and there are none here; let a trainer make it, or state what is to stay");
      };

  /**
   * Draws some, each at most once.
   *
   * @param count how many; all, where there are fewer
   * @return as the model reads them, in the order of the dataset
   * @throws IllegalArgumentException if there are none, or the model cannot read one
   */
  ExampleInputs<?> draw(Transformer model, int count, long seed);

  /**
   * Those of a dataset.
   *
   * @param reading how a model reads examples
   * @param within the examples that have at most some number of positions
   */
  static SampledExamples of(
      Function<Transformer, InputReader<?>> reading,
      Function<InputReader<?>, ? extends Dataset<?>> within) {
    return (model, count, seed) -> {
      InputReader<?> reader = reading.apply(model);
      Dataset<?> examples = within.apply(reader);
      return ExampleInputs.of(
          reader,
          numbers(examples.size(), count, new SplittableRandom(seed))
              .<Example<?>>mapToObj(examples::getExample)
              .toList());
    };
  }

  /** Some of the first whole numbers, in ascending order. */
  private static IntStream numbers(int size, int count, SplittableRandom random) {
    int[] all = IntStream.range(0, size).toArray();
    int drawn = Math.min(size, count);
    for (int i = 0; i < drawn; i++) {
      int other = random.nextInt(i, size);
      int number = all[other];
      all[other] = all[i];
      all[i] = number;
    }
    return IntStream.of(all).limit(drawn).sorted();
  }
}
