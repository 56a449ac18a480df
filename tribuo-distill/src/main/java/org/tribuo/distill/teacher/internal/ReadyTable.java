package org.tribuo.distill.teacher.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.file.internal.FileDigests;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.internal.store.SoftTargetKey;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * What some teacher has predicted before, row by row.
 *
 * @param table with the rows
 * @param idMetadata the key of the metadata in which an example has its id; examples are in the
 *     order of the rows if the table has no ids
 * @param form what the numbers are
 * @param floor the smallest probability
 */
public record ReadyTable(PredictionTable table, String idMetadata, AnswerForm form, float floor)
    implements ReadyTeacher {
  @Override
  public Path file() {
    return table.file();
  }

  @Override
  public NamedColumns columns() {
    return new NamedColumns(table.labels().names(), NamedColumns.Origin.METADATA);
  }

  /**
   * The row of each example.
   *
   * @throws IllegalArgumentException if there is none for one, or without ids there are not as many
   *     rows as examples
   */
  public int[] rowsOf(Dataset<?> examples) {
    if (!table.rowOfId().isEmpty()) {
      int[] rows = new int[examples.size()];
      int number = 0;
      for (Example<?> example : examples) {
        rows[number] = rowOf(example, number);
        number++;
      }
      return rows;
    }
    if (table.rows().size() != examples.size()) {
      throw new IllegalArgumentException(
          "The teacher '%s' has %d rows for %d examples, expected one for each, in their order; or name the column that has their ids"
              .formatted(table.file(), table.rows().size(), examples.size()));
    }
    return IntStream.range(0, examples.size()).toArray();
  }

  private int rowOf(Example<?> example, int number) {
    String id =
        example
            .getMetadataValue(idMetadata)
            .map(Object::toString)
            .orElseThrow(
                () ->
                    new ExampleException(
                        number,
                        "has no metadata '%s', by which its row in the teacher '%s' is found"
                            .formatted(idMetadata, table.file())));
    Integer row = table.rowOfId().get(id);
    if (row == null) {
      throw new ExampleException(
          number, "is '%s', of which the teacher '%s' has no row".formatted(id, table.file()));
    }
    return row;
  }

  @Override
  public Opened open(
      Dataset<?> examples,
      ExampleInputs<?> ofStudent,
      OptionalInt maxLength,
      TransformerFiles files)
      throws IOException {
    int[] rows = rowsOf(examples);
    LogitsOfValues values =
        new LogitsOfValues(
            "The teacher '%s'".formatted(table.file()), table.labels().names(), form, floor);
    List<float[]> logits = new ArrayList<>();
    ByteBuffer order = ByteBuffer.allocate(Integer.BYTES * rows.length);
    for (int row : rows) {
      logits.add(values.of(table.rows().get(row), table.where(row)));
      order.putInt(row);
    }
    return new Opened(
        new Kept(table.labels(), logits, FileDigests.sha256(table.file()), values.described()),
        new WholeExamples(rows.length, Sha256.ofBytes(order.array())));
  }

  /** The logits of some examples. */
  private record Kept(
      LabelOrder labels, List<float[]> rowsOfExamples, String sha256, String described)
      implements SoftTargetSource {
    @Override
    public RowShape shape() {
      return RowShape.of(labels.size());
    }

    @Override
    public SoftTargetKey keyFor(TeacherInputs rows) {
      return new SoftTargetKey(
          sha256,
          described,
          ExecutionProvider.CPU,
          Precision.FLOAT32,
          rows.sha256(),
          OptionalInt.empty());
    }

    @Override
    public List<float[]> logits(TeacherBatch batch) {
      return Arrays.stream(batch.rows()).mapToObj(rowsOfExamples::get).toList();
    }

    @Override
    public String runtime() {
      return "a file of predictions";
    }
  }
}
