package org.tribuo.distill;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.oracle.labs.mlrg.olcut.util.Pair;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tribuo.Example;
import org.tribuo.Excuse;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Model;
import org.tribuo.MutableFeatureMap;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.internal.SharedBytes;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.internal.protos.DistilledModelProto;
import org.tribuo.distill.student.internal.NetworkRunner;
import org.tribuo.distill.student.internal.NetworkWithPast;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.student.internal.StudentNetworkProtos;
import org.tribuo.distill.student.internal.TeacherTrial;
import org.tribuo.distill.task.internal.OutputDomain;
import org.tribuo.distill.task.internal.RowsByExample;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.task.internal.Tasks;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.impl.ModelDataCarrier;
import org.tribuo.protos.core.ModelProto;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.provenance.impl.EmptyDatasetProvenance;
import org.tribuo.provenance.impl.EmptyTrainerProvenance;

/**
 * A student that was trained, as a Tribuo model. It reads examples of the kind that it was trained
 * on, as {@link org.tribuo.distill.input.text.TokenSequence} or {@link
 * org.tribuo.distill.input.image.ImagePreprocessing} make them, by feature name.
 *
 * <p>ONNX Runtime loads the student at the first prediction. Closing frees that native memory, and
 * a prediction after that loads it again; a model that is never closed, as Tribuo's ensembles and
 * cross-validation do not close theirs, keeps it until the garbage collector finds that no one can
 * reach the model. Safe for many threads, {@link #close()} and {@link #runOn} included.
 *
 * <p>Saved as protobuf; Java's own serialization is refused.
 *
 * @param <T> Label, MultiLabel, Regressor, {@link org.tribuo.distill.span.Span}, {@link
 *     org.tribuo.distill.recommendation.NextItem}, {@link
 *     org.tribuo.distill.generation.GeneratedTokens}, or {@link
 *     org.tribuo.distill.task.token.TagSequence}
 */
public final class DistilledModel<T extends Output<T>> extends Model<T> implements AutoCloseable {
  private static final long serialVersionUID = 1L;

  /** The version of the protobuf that this class writes, and the newest that it reads. */
  public static final int CURRENT_VERSION = 0;

  private final transient Task<T> task;
  private final transient StudentNetwork network;
  private final transient TargetCodec<T> codec;
  private final transient NetworkRunner runner;
  private final transient TeacherTrial trial;

  DistilledModel(
      String name,
      ModelProvenance provenance,
      ImmutableFeatureMap features,
      OutputDomain<T> outputs,
      StudentNetwork network,
      Device device) {
    this(
        name,
        provenance,
        features,
        outputs.info(),
        outputs.task(),
        outputs.codec(network.labelOrder()),
        network,
        device,
        TeacherTrial.none());
  }

  private DistilledModel(
      String name,
      ModelProvenance provenance,
      ImmutableFeatureMap features,
      ImmutableOutputInfo<T> outputs,
      Task<T> task,
      TargetCodec<T> codec,
      StudentNetwork network,
      Device device,
      TeacherTrial trial) {
    super(name, provenance, features, outputs, task.probabilities().isPresent());
    this.task = task;
    this.network = network;
    this.codec = codec;
    this.runner = new NetworkRunner(network, device);
    this.trial = trial;
  }

  /**
   * Reads a model that was saved; Tribuo calls this by name. It runs on the CPU until {@link
   * #runOn} changes that.
   *
   * @throws InvalidProtocolBufferException if the message is of another kind
   * @throws IllegalArgumentException if the version is unknown, the message does not hold a whole
   *     model, or its SHA-256 is missing or not that of its content
   */
  public static DistilledModel<?> deserializeFromProto(int version, String className, Any message)
      throws InvalidProtocolBufferException {
    if (version < 0 || version > CURRENT_VERSION) {
      throw new IllegalArgumentException(
          "The model has version %d, this library reads versions 0 to %d; %s"
              .formatted(
                  version, CURRENT_VERSION, "use the library that saved it, or a later one"));
    }
    if (!className.equals(DistilledModel.class.getName())) {
      throw new IllegalArgumentException(
          "The model is a %s, expected %s".formatted(className, DistilledModel.class.getName()));
    }
    DistilledModelProto proto = StudentNetworkProtos.unsealed(message);
    return of(ModelDataCarrier.deserialize(proto.getMetadata()), proto);
  }

  /**
   * A teacher as a Tribuo model, to be evaluated alongside its students. It reads the tokens of its
   * own tokenizer, if it has one, and runs on the CPU until {@link #runOn} changes that. A teacher
   * of next tokens that reads later ones is refused by the first prediction.
   *
   * @param factory of its outputs
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if neither the configuration nor
   *     the file states what the columns of the logits stand for
   * @throws org.tribuo.distill.graph.GraphException if the file is not an ONNX model
   * @throws org.tribuo.distill.teacher.TeacherException if no output can hold the logits
   * @throws IllegalArgumentException if it has an input that tokens cannot feed
   * @throws IOException if the file cannot be read
   */
  public static <T extends Output<T>> DistilledModel<T> of(
      OnnxTeacher teacher, OutputFactory<T> factory) throws IOException {
    Task<T> task = Tasks.of(factory);
    StudentNetwork network = teacher.network(task);
    OutputDomain<T> outputs = OutputDomain.ofTeacherAlone(task, network.labelOrder(), factory);
    return new DistilledModel<>(
        "teacher",
        new ModelProvenance(
            DistilledModel.class.getName(),
            OffsetDateTime.now(ZoneId.systemDefault()),
            new EmptyDatasetProvenance(),
            new EmptyTrainerProvenance(),
            Map.of("teacher", teacher.getProvenance())),
        network.reader().featureMap(new MutableFeatureMap()),
        outputs.info(),
        outputs.task(),
        outputs.codec(network.labelOrder()),
        network,
        Device.cpu(),
        TeacherTrial.of(task, network));
  }

  /**
   * Reads a model that {@link #serializeToFile} saved. As {@link Model#deserializeFromFile}, but
   * the file is mapped, so its weights take no room on the Java heap; nothing may change the file
   * while the model is in use, but another one may take its place.
   *
   * @throws IllegalArgumentException if the file does not hold a whole model of this kind, or was
   *     damaged; the message names the file
   * @throws IOException if the file cannot be read
   */
  public static DistilledModel<?> read(Path file) throws IOException {
    Model<?> model;
    try {
      ModelProto proto = SharedBytes.parse(SharedBytes.map(file), ModelProto.parser());
      model = Model.deserialize(proto);
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      throw new IllegalArgumentException(
          "'%s' is not a saved model, or is damaged: %s".formatted(file, reason(e)), e);
    }
    if (model instanceof DistilledModel<?> distilled) {
      return distilled;
    }
    throw new IllegalArgumentException(
        "'%s' is a %s, expected a %s"
            .formatted(file, model.getClass().getName(), DistilledModel.class.getName()));
  }

  /** Tribuo calls by reflection what reads a model, and wraps what that throws. */
  private static @Nullable String reason(Throwable thrown) {
    Throwable reason = thrown;
    while (reason.getCause() != null && !(reason instanceof IllegalArgumentException)) {
      reason = reason.getCause();
    }
    return reason.getMessage();
  }

  private static <T extends Output<T>> DistilledModel<T> of(
      ModelDataCarrier<T> carrier, DistilledModelProto proto) {
    ImmutableOutputInfo<T> outputs = carrier.outputDomain();
    Task<T> task = Tasks.read(proto.getTask(), outputs);
    return new DistilledModel<>(
        carrier.name(),
        carrier.provenance(),
        carrier.featureDomain(),
        new OutputDomain<>(task, outputs, List.of()),
        StudentNetworkProtos.read(proto, task),
        Device.cpu());
  }

  @Override
  public ModelProto serialize() {
    return ModelProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(DistilledModel.class.getName())
        .setSerializedData(
            StudentNetworkProtos.write(network, task, createDataCarrier().serialize()))
        .build();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the student cannot read the example; the message says what
   *     is wrong and the likely cause
   */
  @Override
  public Prediction<T> predict(Example<T> example) {
    List<Example<T>> rows = task.rowsToPredict(example, maxLength());
    ExampleInputs<?> inputs = ExampleInputs.of(network.reader(), rows);
    trial.run(network, inputs);
    List<float[]> kept = runner.rows(inputs, keptOf(rows));
    return codec.decode(kept, rows, example);
  }

  /** Predicts in batches of examples of similar length; messages say which example is wrong. */
  @Override
  protected List<Prediction<T>> innerPredict(Iterable<Example<T>> examples) {
    List<Example<T>> all = new ArrayList<>();
    examples.forEach(all::add);
    RowsByExample<T> cut =
        RowsByExample.of(all, example -> task.rowsToPredict(example, maxLength()));
    ExampleInputs<?> inputs = read(cut);
    trial.run(network, inputs);
    List<float[]> kept = runner.rows(inputs, keptOf(cut.all()));
    List<Prediction<T>> predictions = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < all.size(); i++) {
      int to = from + cut.rows().get(i).size();
      predictions.add(codec.decode(kept.subList(from, to), cut.rows().get(i), all.get(i)));
      from = to;
    }
    return predictions;
  }

  private NetworkRunner.Kept keptOf(List<Example<T>> rows) {
    return (row, logits) -> codec.kept(logits, rows.get(row));
  }

  private ExampleInputs<?> read(RowsByExample<T> cut) {
    try {
      return ExampleInputs.numbered(network.reader(), cut.all());
    } catch (ExampleException e) {
      throw cut.named(e);
    }
  }

  /**
   * Sets where the student runs from now on.
   *
   * @param device the provider, the number of threads and the precision
   */
  public void runOn(Device device) {
    runner.runOn(device);
  }

  /** The student. */
  StudentNetwork network() {
    return network;
  }

  /** The names of the logits' columns, in order. */
  public List<String> labelOrder() {
    return network.labelOrder().names();
  }

  /**
   * The maximum number of tokens of a text, special ones included, as in training: the {@code
   * maxLength} of the trainer, or else the length to which the texts of the dataset were cut. A
   * tokenizer that is opened with it cuts a text as it was cut then; a longer one is refused.
   */
  public int maxLength() {
    return network.reader().maxLength();
  }

  /** The number of bytes of the student's weights. */
  public long bytesOfWeights() {
    return network.onnx().bytesOfInitializers();
  }

  /**
   * Writes the student as an ONNX file, whole or not at all. Its metadata holds this model's
   * provenance in Tribuo's field, where Tribuo's ONNXExternalModel finds it, and what teachers and
   * student sources find there: the label order, the output of the logits, the maximum length and
   * the padding token. For a {@code BiEncoderStudent} the file holds the encoder, whose output
   * {@code sentence_embedding} is a vector for each text; the model predicts the cosine of two.
   *
   * @throws IOException if the file cannot be written, or is one that this model was made of; one
   *     that was there before is kept
   */
  public void exportOnnx(Path file) throws IOException {
    exportOnnx(file, ExportPrecision.FLOAT32);
  }

  /**
   * As {@link #exportOnnx(Path)}, with weights of another precision.
   *
   * @throws org.tribuo.distill.graph.GraphException if the weights cannot be quantised: the student
   *     is quantised already, or has no product of weights
   * @throws IOException if the file cannot be written, or is one that this model was made of; one
   *     that was there before is kept
   */
  public void exportOnnx(Path file, ExportPrecision precision) throws IOException {
    InputFiles.ofProvenance(provenance).checkOutput(file);
    described(network.forExport(), precision).write(file);
  }

  /**
   * Writes a language model as an ONNX file that reads each token once, as exporters write decoders
   * with a past: as {@link #exportOnnx(Path)}, and for each layer N it has the inputs {@code
   * past_key_values.N.key} and {@code past_key_values.N.value}, FLOAT [batch, heads, past
   * positions, width of a head], and the outputs {@code present.N.key} and {@code present.N.value},
   * which are those with what was read. At first there are 0 past positions. {@code input_ids} are
   * the new tokens alone, and so are the positions of {@code logits}; an {@code attention_mask} has
   * those of the past too. New tokens have the positions behind the past. The graph is normalised
   * to opset 21 or higher: names of inputs and outputs stay, those of nodes do not.
   *
   * @throws org.tribuo.distill.graph.GraphException if the model is no language model, or computes
   *     in a way in which keys and values are not found; or as {@link #exportOnnx(Path,
   *     ExportPrecision)}
   * @throws IllegalArgumentException if the model reads later positions
   * @throws IOException as {@link #exportOnnx(Path)}
   */
  public void exportWithPast(Path file, ExportPrecision precision) throws IOException {
    InputFiles.ofProvenance(provenance).checkOutput(file);
    NetworkWithPast exported = NetworkWithPast.of(network);
    if (exported.encoder().isPresent()) {
      throw new GraphException(
          "The model has an encoder, whose source is to be read once; export it with a file for the encoder and one for the decoder");
    }
    described(exported.decoder(), precision).write(file);
  }

  /**
   * Writes an encoder-decoder as two ONNX files, of which the first reads a source once, and the
   * second each token of its target once.
   *
   * <p>The encoder has the encoder's inputs, {@code input_ids} and {@code attention_mask}, and
   * outputs the keys and values to which layer N of the decoder attends, {@code
   * encoder_key_values.N.key} and {@code .value}, FLOAT [batch, heads, source positions, width of a
   * head]. The decoder takes these, the mask of the source, and of the target what {@link
   * #exportWithPast(Path, ExportPrecision)} states: {@code decoder_input_ids} are the new tokens
   * alone. Where keys and values of the source are not understood, the encoder's states are handed
   * over, {@code encoder_hidden_states}, FLOAT [batch, source positions, width]. Batches of the two
   * are of as many rows. If one of the files cannot be written, those that were there before are
   * kept.
   *
   * @throws org.tribuo.distill.graph.GraphException if the model is no encoder-decoder, or as above
   * @throws IllegalArgumentException if both files are one, or the model reads later positions
   * @throws IOException as {@link #exportOnnx(Path)}
   */
  public void exportWithPast(Path encoder, Path decoder, ExportPrecision precision)
      throws IOException {
    if (encoder.toAbsolutePath().normalize().equals(decoder.toAbsolutePath().normalize())) {
      throw new IllegalArgumentException(
          "Encoder and decoder are both to be written to '%s', expected two files"
              .formatted(encoder));
    }
    InputFiles.ofProvenance(provenance).checkOutput(encoder);
    InputFiles.ofProvenance(provenance).checkOutput(decoder);
    NetworkWithPast exported = NetworkWithPast.of(network);
    OnnxModel ofSource =
        exported
            .encoder(precision)
            .orElseThrow(
                () ->
                    new GraphException(
                        "The model has no encoder, expected one that reads a source; export it to one file"));
    OnnxMetadata.describePart(ofSource, provenance, maxLength(), network.reader().padId())
        .write(encoder, described(exported.decoder(), precision), decoder);
  }

  private OnnxModel described(StudentNetwork exported, ExportPrecision precision) {
    return OnnxMetadata.describe(
        exported.onnx(precision),
        provenance,
        exported.output(),
        exported.labelOrder().names(),
        maxLength(),
        network.reader().padId());
  }

  /**
   * Saves this model as protobuf, whole or not at all, with the SHA-256 of its content, which is
   * compared when it is read.
   *
   * @throws IOException if the file cannot be written, or is one that this model was made of; one
   *     that was there before is kept
   */
  @Override
  public void serializeToFile(Path file) throws IOException {
    InputFiles.ofProvenance(provenance).checkOutput(file);
    AtomicFile.writeStream(file, this::serializeToStream);
  }

  /** Transformers do not rank features: always empty. */
  @Override
  public Map<String, List<Pair<String, Double>>> getTopFeatures(int n) {
    return Map.of();
  }

  /** Transformers have no excuses: always empty. */
  @Override
  public Optional<Excuse<T>> getExcuse(Example<T> example) {
    return Optional.empty();
  }

  @Override
  protected DistilledModel<T> copy(String newName, ModelProvenance newProvenance) {
    return new DistilledModel<>(
        newName,
        newProvenance,
        featureIDMap,
        outputIDInfo,
        task,
        codec,
        network,
        runner.device(),
        trial);
  }

  /** Frees the native memory. May be called twice; the next prediction takes it again. */
  @Override
  public void close() {
    runner.close();
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(
        DistilledModel.class.getName() + " is saved as protobuf: use serializeToFile");
  }
}
