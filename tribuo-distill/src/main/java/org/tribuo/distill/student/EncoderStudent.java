package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.internal.component.ModelFile;
import org.tribuo.distill.internal.component.ModelFileProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.FreshHead;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * An encoder from an ONNX file with a fresh head: pooling, then a linear layer, or a {@link
 * CosineHead}, with a column for each output that the data knows, sorted by name.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.EncoderStudent">
 *   <property name="path" value="all-MiniLM-L6-v2.onnx"/>
 *   <property name="pooling" value="MEAN"/>
 * </component>
 * }</pre>
 */
public final class EncoderStudent implements StudentSource {
  @ConfigurableName private String component = "EncoderStudent";

  @Config(mandatory = true, description = "The ONNX file of the encoder.")
  private Path path;

  @Config(description = "How one vector for a text comes out of the encoder's last layer.")
  private Pooling pooling = Pooling.MEAN;

  @Config(description = "The head, if it is not a linear layer.")
  private @Nullable CosineHead head;

  /** For OLCUT. */
  private EncoderStudent() {}

  /**
   * An encoder with a fresh head.
   *
   * @throws PropertyException if there is no such file, or there would be logits for each token
   */
  public static EncoderStudent of(Path path, Pooling pooling) {
    EncoderStudent student = new EncoderStudent();
    student.path = path;
    student.pooling = pooling;
    student.postConfig();
    return student;
  }

  /** The same with a head of cosines in place of a linear layer. */
  public EncoderStudent withHead(CosineHead other) {
    EncoderStudent student = of(path, pooling);
    student.head = new PropertyChecks(component).stated("head", other);
    return student;
  }

  @Override
  public void postConfig() {
    PropertyChecks.of(this, component);
    if (pooling == Pooling.NONE) {
      throw new PropertyException(
          component,
          "pooling",
          "NONE gives logits for each token, but a text is one row of logits: use FIRST_TOKEN, MEAN or"
              + " OWN");
    }
    file().check();
  }

  /**
   * {@inheritDoc}
   *
   * @throws GraphException if the file is no encoder, or cannot be pooled so
   */
  @Override
  public Student make(StudentRequest request) throws IOException {
    TaskHead.Form form = this.head == null ? new TaskHead.Form.Linear() : this.head.form();
    Student student =
        new FreshHead(pooling, form, request.seed()).on(request.files().read(path), request.head());
    return this.head == null ? student : student.with(this.head.imprint());
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ModelFileProvenance.of(this, "Student", file());
  }

  @Override
  public String toString() {
    return "EncoderStudent(%s, pooling=%s%s)"
        .formatted(path, pooling, head == null ? "" : ", head=" + head);
  }

  private ModelFile file() {
    return new ModelFile(component, path);
  }
}
