package org.tribuo.distill.teacher;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.Dataset;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.Modalities;
import org.tribuo.distill.internal.component.ModelFile;
import org.tribuo.distill.internal.component.ModelFileProvenance;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.FilledUpColumns;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.FurtherColumns;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.teacher.internal.ActivationTeacher;
import org.tribuo.distill.teacher.internal.ReadyOnnxTeacher;
import org.tribuo.distill.teacher.internal.ReadyTeacher;
import org.tribuo.distill.teacher.internal.SoftTargetPrecision;
import org.tribuo.distill.teacher.internal.Teacher;
import org.tribuo.distill.teacher.internal.TeacherReading;
import org.tribuo.distill.teacher.internal.TeacherSettings;
import org.tribuo.distill.teacher.internal.TeacherUse;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.NamedActivation;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * A teacher from an ONNX file. It reads the tokens that the student reads, or has a tokenizer of
 * its own: then each example must keep its text in the metadata {@code text}, and the second of a
 * pair in {@code text-pair}, as {@code CsvTextDataSource} does on request. A teacher of images or
 * sounds may have a {@code preprocessor_config.json} of its own in the tokenizer's place: then the
 * data source is lazy, so that each example keeps its file.
 *
 * <pre>{@code
 * <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
 *   <property name="path" value="bert-large-sst2.onnx"/>
 *   <propertylist name="labelOrder"><item>negative</item><item>positive</item></propertylist>
 * </component>
 * }</pre>
 */
public final class OnnxTeacher implements TeacherSource.Member {
  @ConfigurableName private String component = "OnnxTeacher";

  @Config(mandatory = true, description = "The ONNX file; its external data lies beside it.")
  private Path path;

  @Config(
      description =
          "The output that holds the logits, or those of an answer's first and last token, with a"
              + " comma between them; by default it is found by what an exported student's file says, or"
              + " by its shape and its usual names.")
  private @Nullable String logits;

  @Config(
      description =
          "The names of the logits' columns, in order: labels, or for regression dimensions. May be"
              + " left out for a file that DistilledModel.exportOnnx wrote, or beside which a"
              + " config.json has them as id2label, and for a language model.")
  private List<String> labelOrder = List.of();

  @Config(
      description =
          "The file of the teacher's preprocessing where it is not the student's: its tokenizer.json,"
              + " or for images and sounds its preprocessor_config.json. Texts are then taken from the"
              + " examples' metadata, cut to the length that an exported student's file states, or to"
              + " the teacher's positions.")
  private @Nullable Path preprocessing;

  @Config(
      description =
          "The token that fills up short rows, where the teacher has a tokenizer of its own; by"
              + " default the one that an exported student's file states, or else 0.")
  private @Nullable Integer padId;

  @Config(
      description =
          "Where an intermediate activation of the teacher is, if the search by structure does not"
              + " find it.")
  private List<NamedActivation> activations = List.of();

  @Config(
      description =
          "The maximum memory in bytes for intermediate activations that are kept, so that the"
              + " teacher is not run over the same texts again; by default 0: it is run in every"
              + " epoch.")
  private long activationCacheBytes;

  @Config(
      description =
          "The precision in which soft targets are computed; by default that of the trainer's"
              + " device. INT8_PRODUCTS is for soft targets alone: intermediate activations are"
              + " computed in the device's precision in any case.")
  private @Nullable Precision precision;

  /** For OLCUT. */
  private OnnxTeacher() {}

  /**
   * A teacher that was exported by {@code DistilledModel.exportOnnx}, or whose columns a {@code
   * config.json} beside it names.
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
    OnnxTeacher teacher = new OnnxTeacher();
    teacher.path = path;
    teacher.labelOrder = List.copyOf(labelOrder);
    teacher.postConfig();
    return teacher;
  }

  /**
   * A teacher whose logits are in this output.
   *
   * @throws PropertyException if there is no such file, or a name is blank or occurs twice
   */
  public static OnnxTeacher of(Path path, List<String> labelOrder, String logits) {
    OnnxTeacher teacher = of(path, labelOrder);
    teacher.logits = logits;
    teacher.postConfig();
    return teacher;
  }

  /**
   * The same with a tokenizer of its own, or another preprocessing of images or sounds. Short rows
   * of tokens are filled up with the token that an exported student's file states, or else with 0.
   *
   * @param preprocessing its tokenizer.json, or its preprocessor_config.json
   * @throws PropertyException if there is no such file
   */
  public OnnxTeacher reading(Path preprocessing) {
    return with(
        other -> {
          other.preprocessing = preprocessing;
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
  public OnnxTeacher reading(Path tokenizer, int padId) {
    return with(
        other -> {
          other.preprocessing = tokenizer;
          other.padId = padId;
        });
  }

  /**
   * The same with intermediate activations that are named by hand.
   *
   * @throws PropertyException if something is named twice
   */
  public OnnxTeacher withActivations(NamedActivation... activations) {
    return with(other -> other.activations = List.of(activations));
  }

  /**
   * The same with intermediate activations kept in memory.
   *
   * @param bytes the maximum; 0 to keep none
   * @throws PropertyException if it is negative, or not below the heap of this JVM
   */
  public OnnxTeacher activationCacheBytes(long bytes) {
    return with(other -> other.activationCacheBytes = bytes);
  }

  /**
   * The same with another precision of its soft targets than that of the trainer's device.
   *
   * <p>{@link Precision#INT8_PRODUCTS} is for soft targets alone. What that costs is measured on
   * some examples, and reported ({@link TeacherRun#cost()}). Its intermediate activations, and the
   * model that {@code DistilledModel.of} makes of it, are computed in the precision of their
   * device.
   *
   * @throws PropertyException if the library of operators that it needs is not on the class path
   */
  public OnnxTeacher withPrecision(Precision precision) {
    return with(other -> other.precision = precision);
  }

  private OnnxTeacher with(Consumer<OnnxTeacher> change) {
    OnnxTeacher other = new OnnxTeacher();
    other.path = path;
    other.labelOrder = labelOrder;
    other.logits = logits;
    other.preprocessing = preprocessing;
    other.padId = padId;
    other.activations = activations;
    other.activationCacheBytes = activationCacheBytes;
    other.precision = precision;
    change.accept(other);
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    file().check();
    file().checkLabelOrder(labelOrder);
    if (preprocessing != null) {
      properties.checkFile(
          "preprocessing", preprocessing, "a tokenizer.json, or a preprocessor_config.json");
    }
    properties.checkIfStated("logits", logits);
    properties.checkIfStated("padId", 0, padId);
    properties.checkAtLeast("activationCacheBytes", 0, activationCacheBytes);
    long heap = Runtime.getRuntime().maxMemory();
    if (activationCacheBytes >= heap) {
      throw properties.refused(
          "activationCacheBytes",
          "is %,d, but this JVM has %,d bytes for all its objects; state less, or give it more with -Xmx"
              .formatted(activationCacheBytes, heap));
    }
    precision().check();
    named();
  }

  @Override
  public Optional<Transformer> network(TransformerFiles files) throws IOException {
    return Optional.of(files.read(path));
  }

  @Override
  public boolean teachesOtherTokens() {
    return preprocessing != null;
  }

  @Override
  public void checkDevice(Device device) {
    precision().check(device);
  }

  private SoftTargetPrecision precision() {
    return new SoftTargetPrecision(new PropertyChecks(component), Optional.ofNullable(precision));
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if neither the configuration nor the file states what the columns of
   *     the logits stand for, or a name is blank or occurs twice
   */
  @Override
  public Optional<LabelOrder> labels(TransformerFiles files) throws IOException {
    return Optional.of(new LabelOrder(file().labelOrder(labelOrder, files.read(path).model())));
  }

  @Override
  public void checkLabels(LabelOrder student, TeacherUse use) throws IOException {
    NamedColumns own = columns(use.task(), use.files().read(path));
    use.task().columnsOf(new LabelOrder(own.names()), student);
  }

  @Override
  public void checkExamples(Dataset<?> examples, ExampleInputs<?> ofStudent, TeacherUse use)
      throws IOException {
    checkTokens(use.task());
    reading(use.files().read(path).model()).of(examples, ofStudent, use.maxLength(), use.files());
  }

  @Override
  public Optional<ReadyTeacher> ready(TeacherUse use) throws IOException {
    checkTokens(use.task());
    OnnxModel model = use.files().read(path).model();
    NamedColumns columns = columns(use.task(), use.files().read(path));
    LabelOrder order = new LabelOrder(columns.names());
    TeacherSettings settings =
        new TeacherSettings(
            path,
            order,
            use.task().head(order).row(),
            logits(model),
            use.task().probabilities().isEmpty(),
            Optional.empty(),
            use.device(),
            false);
    return Optional.of(
        new ReadyOnnxTeacher(precision().of(settings, use.device()), columns, reading(model)));
  }

  /** What is output for each token can be compared if both have the same tokens. */
  private void checkTokens(Task<?> task) {
    if (preprocessing != null && task.head(LabelOrder.of("0", "1")).row().isRagged()) {
      throw new PropertyException(
          component,
          "preprocessing",
          "is stated, but what %s predicts is compared token by token: the teacher must read the student's tokens"
              .formatted(task));
    }
  }

  private TeacherReading reading(OnnxModel model) {
    return TeacherReading.of(
        path, model, Optional.ofNullable(preprocessing), Optional.ofNullable(padId));
  }

  /**
   * The teacher as a network that predicts. It reads the tokens of its own tokenizer, if it has
   * one.
   *
   * @param task what it predicts
   * @throws PropertyException if neither the configuration nor the file states what the columns of
   *     the logits stand for
   * @throws org.tribuo.distill.graph.GraphException if the file is not an ONNX model
   * @throws org.tribuo.distill.teacher.TeacherException if no output can hold the logits
   * @throws IllegalArgumentException if it has an input that tokens cannot feed
   * @throws IOException if the file cannot be read
   */
  public StudentNetwork network(Task<?> task) throws IOException {
    TransformerFiles files = new TransformerFiles();
    OnnxModel onnx = files.read(path).model();
    LabelOrder labels = new LabelOrder(columns(task, files.read(path)).names());
    Head head = task.head(labels);
    TeacherSettings asItIs = TeacherSettings.of(path, labels).withRows(head.row()).withValues();
    List<String> outputs;
    TeacherSettings settings = logits(onnx).map(asItIs::withLogits).orElse(asItIs);
    try (Teacher teacher = Teacher.open(settings, files)) {
      outputs = head.outputs(teacher.output());
    }
    Student asStudent = new Student(files.read(path), outputs, head);
    TeacherReading stated = reading(onnx);
    InputReader<?> reader =
        Modalities.readerOfTrained(asStudent.transformer(), stated.maxLength(), stated.padId());
    Student known = task.probabilities().isPresent() ? asStudent.belowProbabilities() : asStudent;
    return StudentNetwork.of(
        task.columns()
            .filter(tokens -> FurtherColumns.areBehind(tokens, labels))
            .map(tokens -> known.withFirstColumns(task.head(tokens)))
            .orElse(known),
        reader);
  }

  /** Those of the task, unless the file states others, or those that are stated. */
  private NamedColumns columns(Task<?> task, Transformer read) {
    OnnxModel model = read.model();
    return task.columns()
        .map(
            columns ->
                OnnxMetadata.labelOrder(model)
                    .filter(own -> !own.equals(columns.names()))
                    .map(own -> new NamedColumns(own, NamedColumns.Origin.METADATA))
                    .orElseGet(
                        () ->
                            new NamedColumns(
                                FilledUpColumns.of(task.head(columns), read, logits(model)).names(),
                                NamedColumns.Origin.TASK)))
        .orElseGet(() -> file().namedColumns(labelOrder, model));
  }

  private Optional<String> logits(OnnxModel model) {
    return Optional.ofNullable(logits).or(() -> OnnxMetadata.logits(model));
  }

  /**
   * The teacher as one whose intermediate activations are read.
   *
   * @throws PropertyException if it reads other tokens than the student, whose hidden states cannot
   *     be compared
   * @throws org.tribuo.distill.graph.GraphException if it has no layers, or a named value is not
   *     there or cannot be that
   * @throws IOException if the file cannot be read
   */
  public ActivationTeacher activations(TransformerFiles files) throws IOException {
    if (preprocessing != null) {
      throw new PropertyException(
          component,
          "preprocessing",
          "is stated, but activations are compared token by token: the activationTeacher must read"
              + " the student's tokens");
    }
    return ActivationTeacher.of(path, files.read(path), named());
  }

  /**
   * The names of the logits' columns, in order: those that were stated, or those in the file's
   * metadata, or those of {@code id2label} in a {@code config.json} beside it.
   *
   * @throws PropertyException if none of them states it, or a name is blank or occurs twice
   * @throws IOException if the file cannot be read
   */
  public List<String> labelOrder() throws IOException {
    return file().labelOrder(labelOrder, file().read());
  }

  /** The maximum memory in bytes for intermediate activations that are kept. */
  public long activationCacheBytes() {
    return activationCacheBytes;
  }

  private Map<Activation, ActivationValue> named() {
    return new PropertyChecks(component)
        .check("activations", () -> NamedActivation.map(activations));
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ModelFileProvenance.of(
        this, "Teacher", file(), labelOrder, Optional.ofNullable(preprocessing));
  }

  @Override
  public String toString() {
    return "OnnxTeacher(%s)".formatted(path);
  }

  private ModelFile file() {
    return new ModelFile(component, path);
  }
}
