package org.tribuo.distill.task.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.distill.internal.component.ExampleException;

/**
 * Examples as the rows that a model reads of them, which are numbered on their way. Of most tasks
 * these are the examples themselves.
 *
 * @param rows of each example
 */
public record RowsByExample<T extends Output<T>>(List<List<Example<T>>> rows) {
  public RowsByExample {
    rows = List.copyOf(rows);
  }

  /**
   * The rows of some examples.
   *
   * @param rows those of an example
   * @throws IllegalArgumentException if an example cannot be cut; the message says which
   */
  public static <T extends Output<T>> RowsByExample<T> of(
      Iterable<Example<T>> examples, Function<Example<T>, List<Example<T>>> rows) {
    List<List<Example<T>>> cut = new ArrayList<>();
    for (Example<T> example : examples) {
      try {
        cut.add(rows.apply(example));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "Example %d: %s".formatted(cut.size(), e.getMessage()), e);
      }
    }
    return new RowsByExample<>(cut);
  }

  /** All rows, in the order of the examples. */
  public List<Example<T>> all() {
    return rows.stream().flatMap(List::stream).toList();
  }

  /** What is wrong with a row, said of its example. */
  public IllegalArgumentException named(ExampleException wrong) {
    int example = 0;
    int end = rows.get(0).size();
    while (end <= wrong.example()) {
      example++;
      end += rows.get(example).size();
    }
    return example == wrong.example() ? wrong : wrong.about("Example " + example);
  }
}
