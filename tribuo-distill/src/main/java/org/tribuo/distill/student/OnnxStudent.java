package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.internal.component.ModelFile;
import org.tribuo.distill.internal.component.ModelFileProvenance;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.FilledUpColumns;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.FurtherColumns;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.LogitsOutput;

/**
 * A student with a task head, from an ONNX file.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.OnnxStudent">
 *   <property name="path" value="distilbert-sst2.onnx"/>
 *   <propertylist name="labelOrder"><item>negative</item><item>positive</item></propertylist>
 * </component>
 * }</pre>
 */
public final class OnnxStudent implements StudentSource {
  @ConfigurableName private String component = "OnnxStudent";

  @Config(mandatory = true, description = "The ONNX file.")
  private Path path;

  @Config(
      description =
          "The output that holds the logits, or those of an answer's first and last token, with a"
              + " comma between them; by default it is found by the metadata of an exported student, or by"
              + " its shape and its usual names.")
  private @Nullable String logits;

  @Config(
      description =
          "The names of the logits' columns, in order: labels, or for regression dimensions. May be"
              + " left out for a file that DistilledModel.exportOnnx wrote, or beside which a"
              + " config.json has them as id2label; not for answers in texts. For language models it is"
              + " left out.")
  private List<String> labelOrder = List.of();

  /** For OLCUT. */
  private OnnxStudent() {}

  /**
   * A student that was exported by {@code DistilledModel.exportOnnx}, or whose columns a {@code
   * config.json} beside it names.
   *
   * @throws PropertyException if there is no such file
   */
  public static OnnxStudent of(Path path) {
    return of(path, List.of());
  }

  /**
   * A student whose logits have columns of these names.
   *
   * @throws PropertyException if there is no such file, or a name is blank or occurs twice
   */
  public static OnnxStudent of(Path path, List<String> labelOrder) {
    OnnxStudent student = new OnnxStudent();
    student.path = path;
    student.labelOrder = List.copyOf(labelOrder);
    student.postConfig();
    return student;
  }

  /**
   * A student whose logits are in this output.
   *
   * @throws PropertyException if there is no such file, or a name is blank or occurs twice
   */
  public static OnnxStudent of(Path path, List<String> labelOrder, String logits) {
    OnnxStudent student = of(path, labelOrder);
    student.logits = logits;
    student.postConfig();
    return student;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    file().check();
    file().checkLabelOrder(labelOrder);
    properties.checkIfStated("logits", logits);
  }

  @Override
  public Student make(StudentRequest request) throws IOException {
    Transformer transformer = request.files().read(path);
    OnnxModel model = transformer.model();
    Optional<String> output = Optional.ofNullable(logits).or(() -> OnnxMetadata.logits(model));
    Head asked = ownHead(request.head(), model);
    Head own = asked.withColumns(FilledUpColumns.of(asked, transformer, output));
    Student student =
        new Student(
            transformer,
            LogitsOutput.findAll(
                "The student '%s'".formatted(path),
                transformer.graph(),
                own.row(),
                own.columns().names(),
                output.map(own::outputs)),
            own);
    return own.columnsGiven() && FurtherColumns.areBehind(request.head().columns(), own.columns())
        ? student.withFirstColumns(request.head())
        : student;
  }

  /** The head that the file has: where the data give the columns, it need not name them. */
  private Head ownHead(Head asked, OnnxModel model) {
    if (asked.hasOutputPerColumn()) {
      return asked;
    }
    Optional<List<String>> unnamed =
        asked.columnsGiven() && labelOrder.isEmpty() && OnnxMetadata.labelOrder(model).isEmpty()
            ? Optional.of(asked.columns().names())
            : Optional.empty();
    return asked.withColumns(
        new LabelOrder(unnamed.orElseGet(() -> file().labelOrder(labelOrder, model))));
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ModelFileProvenance.of(this, "Student", file(), labelOrder, Optional.empty());
  }

  @Override
  public String toString() {
    return "OnnxStudent(%s)".formatted(path);
  }

  private ModelFile file() {
    return new ModelFile(component, path);
  }
}
