package org.tribuo.distill.teacher;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.io.IOException;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.internal.ReadyTeacher;
import org.tribuo.distill.teacher.internal.TeacherUse;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * An encoder of texts that teaches the cosine of the vectors of both texts of a pair, to a {@code
 * BiEncoderStudent}. With a tokenizer of its own it reads the texts that the examples keep.
 *
 * <pre>{@code
 * <component name="teacher" type="org.tribuo.distill.teacher.BiEncoderTeacher">
 *   <property name="encoder" value="embedder"/>
 * </component>
 * }</pre>
 *
 * Immutable and safe for many threads.
 */
public final class BiEncoderTeacher implements TeacherSource.Member {
  @ConfigurableName private String component = "BiEncoderTeacher";

  @Config(mandatory = true, description = "What makes the vector of each text.")
  private EmbeddingTeacher encoder;

  @Config(
      description =
          "The name of the dimension that the scores of the pairs have; by default that which a"
              + " RegressionFactory gives to a number without a name.")
  private String dimension = "DIM-0";

  /** For OLCUT. */
  private BiEncoderTeacher() {}

  /** A teacher of pairs whose scores have no name of their own. */
  public static BiEncoderTeacher of(EmbeddingTeacher encoder) {
    BiEncoderTeacher teacher = new BiEncoderTeacher();
    teacher.encoder = encoder;
    teacher.postConfig();
    return teacher;
  }

  /**
   * The same for scores of another name.
   *
   * @throws PropertyException if it is blank
   */
  public BiEncoderTeacher dimension(String name) {
    BiEncoderTeacher other = of(encoder);
    other.dimension = name;
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks.of(this, component);
    if (dimension.isBlank()) {
      throw new PropertyException(
          component, "dimension", "is blank, expected the name of the dimension of the scores");
    }
  }

  @Override
  public Optional<Transformer> network(TransformerFiles files) throws IOException {
    return encoder.network(files);
  }

  @Override
  public boolean teachesOtherTokens() {
    return encoder.teachesOtherTokens();
  }

  @Override
  public void checkDevice(Device device) {
    encoder.checkDevice(device);
  }

  private LabelOrder column() {
    return LabelOrder.of(dimension);
  }

  @Override
  public Optional<LabelOrder> labels(TransformerFiles files) {
    return Optional.of(column());
  }

  @Override
  public void checkLabels(LabelOrder student, TeacherUse use) {
    use.task().columnsOf(column(), student);
  }

  @Override
  public void checkExamples(Dataset<?> examples, ExampleInputs<?> ofStudent, TeacherUse use)
      throws IOException {
    encoder.readingPairs(use.files()).of(examples, ofStudent, use.maxLength(), use.files());
  }

  @Override
  public Optional<ReadyTeacher> ready(TeacherUse use) throws IOException {
    return Optional.of(encoder.readyForPairs(use, column()));
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Teacher");
  }

  @Override
  public String toString() {
    return "BiEncoderTeacher(%s)".formatted(encoder);
  }
}
