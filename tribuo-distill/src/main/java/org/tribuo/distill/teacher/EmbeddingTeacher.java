package org.tribuo.distill.teacher;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.Dataset;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.internal.component.ModelFile;
import org.tribuo.distill.internal.component.ModelFileProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.internal.ReadyOnnxTeacher;
import org.tribuo.distill.teacher.internal.ReadyTeacher;
import org.tribuo.distill.teacher.internal.SoftTargetPrecision;
import org.tribuo.distill.teacher.internal.TeacherReading;
import org.tribuo.distill.teacher.internal.TeacherSettings;
import org.tribuo.distill.teacher.internal.TeacherUse;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.distill.transformer.internal.head.EmbeddingHead;
import org.tribuo.distill.transformer.internal.head.EncoderHead;
import org.tribuo.distill.transformer.internal.head.TextEncoder;
import org.tribuo.distill.transformer.internal.head.TextPairHead;

/**
 * An encoder from an ONNX file whose vectors a student learns. It reads the tokens that the student
 * reads, or has a tokenizer of its own: then each example must keep its text.
 *
 * <pre>{@code
 * <component name="teacher" type="org.tribuo.distill.teacher.EmbeddingTeacher">
 *   <property name="path" value="bge-small-en-v1.5.onnx"/>
 *   <property name="pooling" value="FIRST_TOKEN"/>
 * </component>
 * }</pre>
 *
 * Immutable and safe for many threads.
 */
public final class EmbeddingTeacher implements TeacherSource.Member {
  @ConfigurableName private String component = "EmbeddingTeacher";

  @Config(mandatory = true, description = "The ONNX file; its external data lies beside it.")
  private Path path;

  @Config(
      description =
          "How one vector for a text comes out of the last layer; by default as the file does it, if"
              + " one of its outputs is such a vector.")
  private @Nullable Pooling pooling;

  @Config(
      description =
          "Whether each vector is divided by its length; by default it is, unless the file makes"
              + " vectors of texts itself.")
  private Pooling.@Nullable Length length;

  @Config(
      description =
          "The teacher's tokenizer.json, where it is not the student's; the texts are then taken"
              + " from the examples' metadata.")
  private @Nullable Path tokenizer;

  @Config(
      description =
          "The token that fills up short rows, where the teacher has a tokenizer of its own; by"
              + " default the one that an exported student's file states, or else 0.")
  private @Nullable Integer padId;

  @Config(
      description =
          "The precision in which soft targets are computed; by default that of the trainer's"
              + " device.")
  private @Nullable Precision precision;

  /** For OLCUT. */
  private EmbeddingTeacher() {}

  /**
   * A file that makes vectors of texts itself.
   *
   * @throws PropertyException if there is no such file, or it makes none
   */
  public static EmbeddingTeacher of(Path path) {
    return of(path, null);
  }

  /**
   * An encoder whose pooling is stated; its vectors are divided by their lengths.
   *
   * @param pooling {@code null} for the file's own
   * @throws PropertyException if there is no such file, or it cannot be pooled so
   */
  public static EmbeddingTeacher of(Path path, @Nullable Pooling pooling) {
    EmbeddingTeacher teacher = new EmbeddingTeacher();
    teacher.path = path;
    teacher.pooling = pooling;
    teacher.postConfig();
    return teacher;
  }

  /** The same with vectors of another length. */
  public EmbeddingTeacher length(Pooling.Length other) {
    return with(teacher -> teacher.length = other);
  }

  /**
   * The same with a tokenizer of its own. Short rows are filled up with the token that an exported
   * student's file states, or else with 0.
   *
   * @param tokenizer its tokenizer.json
   * @throws PropertyException if there is no such file
   */
  public EmbeddingTeacher reading(Path tokenizer) {
    return with(
        other -> {
          other.tokenizer = tokenizer;
          other.padId = null;
        });
  }

  /**
   * The same with a tokenizer of its own.
   *
   * @param tokenizer its tokenizer.json
   * @param padId the token that fills up short rows
   * @throws PropertyException if there is no such file, or the token is negative
   */
  public EmbeddingTeacher reading(Path tokenizer, int padId) {
    return with(
        other -> {
          other.tokenizer = tokenizer;
          other.padId = padId;
        });
  }

  /**
   * The same with another precision of its soft targets than that of the trainer's device. What
   * {@link Precision#INT8_PRODUCTS} costs is measured on some examples, and reported ({@link
   * TeacherRun#cost()}).
   *
   * @throws PropertyException if the library of operators that it needs is not on the class path
   */
  public EmbeddingTeacher withPrecision(Precision precision) {
    return with(other -> other.precision = precision);
  }

  private EmbeddingTeacher with(Consumer<EmbeddingTeacher> change) {
    EmbeddingTeacher other = new EmbeddingTeacher();
    other.path = path;
    other.pooling = pooling;
    other.length = length;
    other.tokenizer = tokenizer;
    other.padId = padId;
    other.precision = precision;
    change.accept(other);
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    file().check();
    if (pooling == Pooling.NONE) {
      throw new PropertyException(
          component,
          "pooling",
          "is NONE, but a teacher of vectors has one for each text: use MEAN, FIRST_TOKEN or OWN");
    }
    if (tokenizer != null) {
      properties.checkFile("tokenizer", tokenizer, "a tokenizer.json");
    }
    properties.checkIfStated("padId", 0, padId);
    precision().check();
  }

  @Override
  public Optional<Transformer> network(TransformerFiles files) throws IOException {
    return Optional.of(files.read(path));
  }

  @Override
  public boolean teachesOtherTokens() {
    return tokenizer != null;
  }

  @Override
  public void checkDevice(Device device) {
    precision().check(device);
  }

  private SoftTargetPrecision precision() {
    return new SoftTargetPrecision(new PropertyChecks(component), Optional.ofNullable(precision));
  }

  @Override
  public Optional<LabelOrder> labels(TransformerFiles files) throws IOException {
    return Optional.of(columns(files));
  }

  private LabelOrder columns(TransformerFiles files) throws IOException {
    return LabelOrder.numbered(encoder(files).width());
  }

  private TextEncoder encoder(TransformerFiles files) throws IOException {
    Transformer encoder = files.read(path);
    return new PropertyChecks(component)
        .check(
            "pooling",
            () ->
                TextEncoder.of(encoder, Optional.ofNullable(pooling), Optional.ofNullable(length)));
  }

  @Override
  public void checkLabels(LabelOrder student, TeacherUse use) throws IOException {
    use.task().columnsOf(columns(use.files()), student);
  }

  @Override
  public void checkExamples(Dataset<?> examples, ExampleInputs<?> ofStudent, TeacherUse use)
      throws IOException {
    reading(use.files()).of(examples, ofStudent, use.maxLength(), use.files());
  }

  @Override
  public Optional<ReadyTeacher> ready(TeacherUse use) throws IOException {
    EmbeddingHead head = encoder(use.files()).head();
    return Optional.of(ready(use, columns(use.files()), head, reading(use.files())));
  }

  /** The same, which outputs the cosines of pairs of texts, one column. */
  ReadyTeacher readyForPairs(TeacherUse use, LabelOrder column) throws IOException {
    return ready(use, column, ofPairs(use.files()), readingPairs(use.files()));
  }

  /** How pairs of texts are read. */
  TeacherReading readingPairs(TransformerFiles files) throws IOException {
    return reading(files).with(ofPairs(files));
  }

  private TextPairHead ofPairs(TransformerFiles files) throws IOException {
    return new TextPairHead(encoder(files).head());
  }

  private ReadyTeacher ready(
      TeacherUse use, LabelOrder columns, EncoderHead head, TeacherReading reading) {
    TeacherSettings settings =
        precision().of(TeacherSettings.of(path, columns).withHead(head), use.device());
    return new ReadyOnnxTeacher(
        settings, new NamedColumns(columns.names(), NamedColumns.Origin.STATED), reading);
  }

  private TeacherReading reading(TransformerFiles files) throws IOException {
    return TeacherReading.of(
        path, files.read(path).model(), Optional.ofNullable(tokenizer), Optional.ofNullable(padId));
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ModelFileProvenance.of(
        this, "Teacher", file(), List.of(), Optional.ofNullable(tokenizer));
  }

  @Override
  public String toString() {
    return "EmbeddingTeacher(%s)".formatted(path);
  }

  private ModelFile file() {
    return new ModelFile(component, path);
  }
}
