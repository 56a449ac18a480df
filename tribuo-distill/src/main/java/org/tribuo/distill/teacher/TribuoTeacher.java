package org.tribuo.distill.teacher;

import com.google.protobuf.InvalidProtocolBufferException;
import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.Model;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.internal.component.FileHashProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Tasks;
import org.tribuo.distill.teacher.internal.ReadyTeacher;
import org.tribuo.distill.teacher.internal.ReadyTribuoModel;
import org.tribuo.distill.teacher.internal.TeacherUse;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * A teacher that is a model of Tribuo, of any kind: trees, an ensemble, a linear model. It predicts
 * the student's own examples, so it was trained on features of the same names.
 *
 * <p>The logits of a class are the logarithm of its probability, those of a label that may hold
 * with others {@code log p - log(1 - p)}; where the model has no probabilities its scores are the
 * logits, and so are the values of a regression. Where it has no scores either, as one of {@code
 * IndependentMultiLabelTrainer} has none, what it predicts has the probability 1, and the rest 0.
 *
 * <pre>{@code
 * <component name="teacher" type="org.tribuo.distill.teacher.TribuoTeacher">
 *   <property name="path" value="forest.tribuo"/>
 * </component>
 * }</pre>
 *
 * Immutable and safe for many threads, as far as the model is.
 */
public final class TribuoTeacher implements TeacherSource.Member {
  /** The smallest probability, unless another one is stated. */
  public static final float DEFAULT_FLOOR = 1e-4f;

  @ConfigurableName private String component = "TribuoTeacher";

  @Config(mandatory = true, description = "The file that Model.serializeToFile wrote.")
  private Path path;

  @Config(
      description =
          "The smallest probability: one below it, as the 0 of a class for which no tree votes, is"
              + " taken as this, since 0 has no logarithm. Greater than 0, less than 0.5.")
  private float floor = DEFAULT_FLOOR;

  /** For OLCUT. */
  private TribuoTeacher() {}

  /**
   * The teacher in a file.
   *
   * @param path a file that {@link Model#serializeToFile} wrote
   * @throws PropertyException if there is no such file
   */
  public static TribuoTeacher of(Path path) {
    TribuoTeacher teacher = new TribuoTeacher();
    teacher.path = path;
    teacher.postConfig();
    return teacher;
  }

  /**
   * The same with another smallest probability.
   *
   * @param floor greater than 0, less than 0.5
   * @throws PropertyException if it is not
   */
  public TribuoTeacher withFloor(float floor) {
    TribuoTeacher other = new TribuoTeacher();
    other.path = path;
    other.floor = floor;
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkFile("path", path, "a model that Model.serializeToFile wrote");
    properties.checkProbabilityFloor("floor", floor);
  }

  @Override
  public Optional<LabelOrder> labels(TransformerFiles files) throws IOException {
    Model<?> model = model();
    return Optional.of(new LabelOrder(Tasks.namesOf(model.getOutputIDInfo())));
  }

  @Override
  public void checkLabels(LabelOrder student, TeacherUse use) throws IOException {
    use.task().columnsOf(new LabelOrder(opened(use).columns().names()), student);
  }

  @Override
  public void checkExamples(Dataset<?> examples, ExampleInputs<?> ofStudent, TeacherUse use)
      throws IOException {
    opened(use).check(examples);
  }

  @Override
  public Optional<ReadyTeacher> ready(TeacherUse use) throws IOException {
    return Optional.of(opened(use));
  }

  private ReadyTribuoModel<?> opened(TeacherUse use) throws IOException {
    Model<?> model = model();
    return new PropertyChecks(component)
        .check("path", () -> ReadyTribuoModel.of(path, model, use.task(), floor));
  }

  private Model<?> model() throws IOException {
    try {
      return Model.deserializeFromFile(path);
    } catch (InvalidProtocolBufferException
        | IllegalArgumentException
        | IllegalStateException
        | ClassCastException e) {
      throw new PropertyException(
          e, component, "path", "%s holds no model of Tribuo that can be read".formatted(path));
    }
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return FileHashProvenance.of(this, "Teacher", Map.of("model-hash", path));
  }

  @Override
  public String toString() {
    return "TribuoTeacher(%s)".formatted(path);
  }
}
