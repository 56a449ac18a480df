package org.tribuo.distill.training.internal.data;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.distill.input.internal.Origin;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.task.internal.Tasks;

/**
 * Examples as the rows that a student reads of them, which a training numbers. Of most tasks these
 * are the examples themselves. For one thread.
 */
final class CutExamples<T extends Output<T>> {
  private final Dataset<T> examples;
  private List<Integer> owners = List.of();

  CutExamples(Dataset<T> examples) {
    this.examples = examples;
  }

  /**
   * The rows as a dataset that comes from that of the examples; that itself where each row is an
   * example.
   *
   * @param maxLength of a row in positions
   * @throws IllegalArgumentException if an example cannot be cut; the message says which
   */
  Dataset<T> within(int maxLength) {
    Task<T> task = Tasks.of(examples.getOutputFactory());
    List<Example<T>> rows = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    boolean cut = false;
    int number = 0;
    for (Example<T> example : examples) {
      Object origin = new Object();
      for (Example<T> row : rows(task, example, number, maxLength)) {
        if (row != example) {
          cut = true;
          keepOrigin(row, origin);
        }
        rows.add(row);
        numbers.add(number);
      }
      number++;
    }
    owners = List.copyOf(numbers);
    return cut
        ? new MutableDataset<>(rows, examples.getProvenance(), examples.getOutputFactory())
        : examples;
  }

  /** An assistant's examples may be windows already, which are still of the same question. */
  private static void keepOrigin(Example<?> row, Object origin) {
    if (Origin.of(row).isEmpty()) {
      Origin.keepIn(row, origin);
    }
  }

  private static <T extends Output<T>> List<Example<T>> rows(
      Task<T> task, Example<T> example, int number, int maxLength) {
    try {
      return task.rows(example, maxLength);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("Example %d: %s".formatted(number, e.getMessage()), e);
    }
  }

  /** What is wrong with a row, said of its example. */
  IllegalArgumentException named(ExampleException wrong) {
    int example = owners.get(wrong.example());
    return example == wrong.example() ? wrong : wrong.about("Example " + example);
  }
}
