package org.tribuo.distill.training.internal.data;

import java.util.List;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.distill.input.internal.ExampleOrigin;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.task.internal.RowsByExample;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.task.internal.Tasks;

/**
 * Examples as the rows that a student reads of them, which a training numbers. Of most tasks these
 * are the examples themselves. For one thread.
 */
final class CutExamples<T extends Output<T>> {
  private final Dataset<T> examples;
  private RowsByExample<T> cut = new RowsByExample<>(List.of());

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
    cut = RowsByExample.of(examples, example -> task.rows(example, maxLength));
    boolean isCut = false;
    int number = 0;
    for (Example<T> example : examples) {
      Object origin = new Object();
      for (Example<T> row : cut.rows().get(number)) {
        if (row != example) {
          isCut = true;
          keepOrigin(row, origin);
        }
      }
      number++;
    }
    return isCut
        ? new MutableDataset<>(cut.all(), examples.getProvenance(), examples.getOutputFactory())
        : examples;
  }

  /** An assistant's examples may be windows already, which are still of the same question. */
  private static void keepOrigin(Example<?> row, Object origin) {
    if (ExampleOrigin.of(row).isEmpty()) {
      ExampleOrigin.keepIn(row, origin);
    }
  }

  /** What is wrong with a row, said of its example. */
  IllegalArgumentException named(ExampleException wrong) {
    return cut.named(wrong);
  }
}
