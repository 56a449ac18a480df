package org.tribuo.distill.training.internal.data;

import org.tribuo.ConfigurableDataSource;
import org.tribuo.Dataset;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.task.internal.TargetCodec;

/** The examples of one or several stages of a training. */
public final class StageExamples<T extends Output<T>> {
  private final String stage;
  private final Dataset<T> examples;
  private final ExampleRows rows;
  private final Split split;

  private StageExamples(String stage, Dataset<T> examples, ExampleRows rows, Split split) {
    this.stage = stage;
    this.examples = examples;
    this.rows = rows;
    this.split = split;
  }

  /** Those of the dataset. */
  public static <T extends Output<T>> StageExamples<T> ofDataset(
      Dataset<T> examples, ExampleRows rows, Split split) {
    return new StageExamples<>("", examples, rows, split);
  }

  /**
   * Reads those that a stage has for itself.
   *
   * @param stage its name
   * @param dataset has outputs of the same type
   * @throws IllegalArgumentException if there are none, their outputs are of another type, or one
   *     does not fit the student or has an output that the dataset does not have
   */
  public static <T extends Output<T>> StageExamples<T> read(
      String stage,
      ConfigurableDataSource<?> source,
      Dataset<T> dataset,
      InputReader<?> reader,
      TargetCodec<T> codec) {
    Class<?> type = dataset.getOutputFactory().getClass();
    if (!type.isInstance(source.getOutputFactory())) {
      throw refused(
          stage,
          "have outputs of %s, but those of the dataset are of %s"
              .formatted(
                  source.getOutputFactory().getClass().getSimpleName(), type.getSimpleName()));
    }
    @SuppressWarnings("unchecked") // the same factory makes the same outputs
    MutableDataset<T> examples = new MutableDataset<>((ConfigurableDataSource<T>) source);
    if (examples.size() == 0) {
      throw refused(stage, "are none, expected some to train on");
    }
    ExamplesByLength<T> byLength = ExamplesByLength.of(examples);
    try {
      reader.check(examples.getFeatureMap());
      Dataset<T> cut = byLength.within().apply(reader.maxLength());
      ExampleRows rows = ExampleRows.of(cut, reader, codec);
      return new StageExamples<>(stage, cut, rows, Split.none(rows));
    } catch (ExampleException e) {
      throw refused(stage, "do not fit: " + byLength.names().apply(e).getMessage());
    } catch (IllegalArgumentException e) {
      throw refused(stage, "do not fit: " + e.getMessage());
    }
  }

  private static IllegalArgumentException refused(String stage, String why) {
    return new IllegalArgumentException("The examples of the stage '%s' %s".formatted(stage, why));
  }

  /** What is wrong with one of these examples, said of the stage, unless it is the dataset's. */
  public IllegalArgumentException named(ExampleException wrong) {
    return stage.isEmpty() ? wrong : refused(stage, "do not fit: " + wrong.getMessage());
  }

  /** What the names in provenance begin with: nothing for those of the dataset. */
  public String prefix() {
    return stage.isEmpty() ? "" : stage + "-";
  }

  public Dataset<T> examples() {
    return examples;
  }

  public ExampleRows rows() {
    return rows;
  }

  public Split split() {
    return split;
  }
}
