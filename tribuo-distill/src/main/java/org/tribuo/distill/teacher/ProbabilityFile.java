package org.tribuo.distill.teacher;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.internal.component.FileHashProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.teacher.internal.PredictionTable;
import org.tribuo.distill.teacher.internal.ReadyTable;
import org.tribuo.distill.teacher.internal.ReadyTeacher;
import org.tribuo.distill.teacher.internal.TeacherUse;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * A teacher that is a file of what some model has predicted: comma-separated numbers in UTF-8, a
 * column for each label, or for each dimension of a regression, named in the first line, and a row
 * for each example. Whatever can predict can teach.
 *
 * <p>Rows are in the order of the dataset, or a column has the ids of the examples, which these
 * keep in their metadata. Probabilities of classes become logits as their logarithms, those of
 * labels that may hold together as {@code log p - log(1 - p)}; the values of a regression are taken
 * as they are.
 *
 * <pre>{@code
 * <component name="teacher" type="org.tribuo.distill.teacher.ProbabilityFile">
 *   <property name="path" value="probabilities.csv"/>
 *   <property name="idColumn" value="id"/>
 * </component>
 * }</pre>
 *
 * Immutable and safe for many threads.
 */
public final class ProbabilityFile implements TeacherSource.Member {
  /** What the numbers of a file are. */
  public enum Contents {
    /** Probabilities from 0 to 1; those of classes add up to 1. */
    PROBABILITIES,
    /** Logits, or other scores that a softmax makes probabilities of. */
    LOGITS
  }

  @ConfigurableName private String component = "ProbabilityFile";

  @Config(mandatory = true, description = "The file.")
  private Path path;

  @Config(description = "What its numbers are, unless they are the values of a regression.")
  private Contents contents = Contents.PROBABILITIES;

  @Config(
      description =
          "The column that has the id of the example of each row; by default the rows are in the"
              + " order of the examples.")
  private @Nullable String idColumn;

  @Config(description = "The key of the metadata in which an example has its id.")
  private String idMetadata = Example.NAME;

  @Config(
      description =
          "The smallest probability: one below it is taken as this, since 0 has no logarithm."
              + " Greater than 0, less than 0.5.")
  private float floor = TribuoTeacher.DEFAULT_FLOOR;

  /** For OLCUT. */
  private ProbabilityFile() {}

  /**
   * A file of probabilities in the order of the examples.
   *
   * @throws PropertyException if there is no such file
   */
  public static ProbabilityFile of(Path path) {
    return of(path, Contents.PROBABILITIES);
  }

  /**
   * A file in the order of the examples.
   *
   * @throws PropertyException if there is no such file
   */
  public static ProbabilityFile of(Path path, Contents contents) {
    ProbabilityFile teacher = new ProbabilityFile();
    teacher.path = path;
    teacher.contents = contents;
    teacher.postConfig();
    return teacher;
  }

  /**
   * The same, where the rows are found by ids.
   *
   * @param column of the file
   * @param metadata the key of the metadata in which an example has its id, such as {@link
   *     Example#NAME}
   * @throws PropertyException if a name is blank
   */
  public ProbabilityFile withIds(String column, String metadata) {
    if (column.isBlank()) {
      throw new PropertyChecks(component).refused("idColumn", "is blank, expected a name");
    }
    ProbabilityFile other = copy();
    other.idColumn = column;
    other.idMetadata = metadata;
    other.postConfig();
    return other;
  }

  /**
   * The same with another smallest probability.
   *
   * @param floor greater than 0, less than 0.5
   * @throws PropertyException if it is not
   */
  public ProbabilityFile withFloor(float floor) {
    ProbabilityFile other = copy();
    other.floor = floor;
    other.postConfig();
    return other;
  }

  private ProbabilityFile copy() {
    ProbabilityFile copy = new ProbabilityFile();
    copy.path = path;
    copy.contents = contents;
    copy.idColumn = idColumn;
    copy.idMetadata = idMetadata;
    copy.floor = floor;
    return copy;
  }

  @Override
  public boolean teachesOtherTokens() {
    return true;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkFile("path", path, "a table of predictions");
    properties.checkIfStated("idColumn", idColumn);
    if (idMetadata.isBlank()) {
      throw properties.refused("idMetadata", "is blank, expected a name");
    }
    properties.checkProbabilityFloor("floor", floor);
  }

  @Override
  public Optional<LabelOrder> labels(TransformerFiles files) throws IOException {
    return Optional.of(table().labels());
  }

  @Override
  public void checkLabels(LabelOrder student, TeacherUse use) throws IOException {
    use.task().columnsOf(table().labels(), student);
  }

  @Override
  public void checkDatasets(int count) {
    if (count > 1 && idColumn == null) {
      throw new PropertyChecks(component)
          .refused(
              "idColumn",
              "is not stated, so the rows of %s are in the order of one dataset, but the stages learn from this teacher by %d; name the column that has the ids of the examples"
                  .formatted(path, count));
    }
  }

  @Override
  public void checkExamples(Dataset<?> examples, ExampleInputs<?> ofStudent, TeacherUse use)
      throws IOException {
    opened(use.task()).rowsOf(examples);
  }

  @Override
  public Optional<ReadyTeacher> ready(TeacherUse use) throws IOException {
    return Optional.of(opened(use.task()));
  }

  private ReadyTable opened(Task<?> task) throws IOException {
    PredictionTable table = table();
    if (!task.head(table.labels()).row().equals(RowShape.of(table.labels().size()))) {
      throw new PropertyException(
          component,
          "path",
          "%s has one row of numbers for each example, but %s predicts more of one; use an ONNX model as the teacher"
              .formatted(path, task));
    }
    return new ReadyTable(
        table,
        idMetadata,
        contents == Contents.LOGITS
            ? AnswerForm.LOGITS
            : task.probabilities().orElse(AnswerForm.LOGITS),
        floor);
  }

  private PredictionTable table() throws IOException {
    try {
      return PredictionTable.read(path, Optional.ofNullable(idColumn));
    } catch (IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "path", "%s is no table of predictions".formatted(path));
    }
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return FileHashProvenance.of(this, "Teacher", Map.of("predictions-hash", path));
  }

  @Override
  public String toString() {
    return "ProbabilityFile(%s)".formatted(path);
  }
}
