package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.teacher.LabelOrder;
import org.tribuo.distill.teacher.TeacherSettings;

/**
 * A teacher from an ONNX file. It reads the tokens that the student reads.
 *
 * <pre>{@code
 * <component name="teacher" type="org.tribuo.distill.OnnxTeacher">
 *   <property name="path" value="bert-large-sst2.onnx"/>
 *   <propertylist name="labelOrder"><item>negative</item><item>positive</item></propertylist>
 * </component>
 * }</pre>
 */
public final class OnnxTeacher implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "OnnxTeacher";

  @Config(mandatory = true, description = "The ONNX file; its external data lies beside it.")
  private Path path;

  @Config(
      description =
          "The output that holds the logits; empty to find it by its shape and its usual names.")
  private String logits = "";

  @Config(
      description =
          "The names of the logits' columns, in order: labels, or for regression dimensions. May be"
              + " left out for a file that DistilledModel.exportOnnx wrote.")
  private List<String> labelOrder = List.of();

  /** For OLCUT. */
  private OnnxTeacher() {}

  /**
   * A teacher that was exported by {@link DistilledModel#exportOnnx}.
   *
   * @throws PropertyException if there is no such file
   */
  public static OnnxTeacher of(Path path) {
    return of(path, List.of());
  }

  /**
   * A teacher whose logits have columns of these names.
   *
   * @throws PropertyException if there is no such file, or a name is blank or occurs twice
   */
  public static OnnxTeacher of(Path path, List<String> labelOrder) {
    return of(path, labelOrder, "");
  }

  /**
   * A teacher whose logits are in this output.
   *
   * @throws PropertyException if there is no such file, or a name is blank or occurs twice
   */
  public static OnnxTeacher of(Path path, List<String> labelOrder, String logits) {
    OnnxTeacher teacher = new OnnxTeacher();
    teacher.path = path;
    teacher.labelOrder = List.copyOf(labelOrder);
    teacher.logits = logits;
    teacher.postConfig();
    return teacher;
  }

  @Override
  public void postConfig() {
    file().check();
    if (!labelOrder.isEmpty()) {
      order(labelOrder);
    }
  }

  /**
   * What opens this teacher.
   *
   * @param session where it runs
   * @throws PropertyException if neither the configuration nor the file says what the columns of
   *     the logits stand for
   * @throws IOException if the file cannot be read
   */
  TeacherSettings settings(SessionSettings session) throws IOException {
    OnnxModel model = file().read();
    return new TeacherSettings(
        path,
        order(file().labelOrder(labelOrder, model)),
        Optional.of(logits).filter(name -> !name.isEmpty()),
        session);
  }

  private LabelOrder order(List<String> names) {
    try {
      return new LabelOrder(names);
    } catch (IllegalArgumentException e) {
      throw new PropertyException(component, "labelOrder", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ModelFileProvenance(this, "Teacher", file());
  }

  @Override
  public String toString() {
    return "OnnxTeacher(%s)".formatted(path);
  }

  private ModelFile file() {
    return new ModelFile(component, path);
  }
}
