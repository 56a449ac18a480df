package org.tribuo.distill.sequence;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.util.Pair;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tribuo.Example;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Model;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.input.internal.SequenceModalities;
import org.tribuo.distill.input.internal.SequenceModality;
import org.tribuo.distill.input.internal.SequenceWindow;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.internal.protos.DistilledSequenceModelProto;
import org.tribuo.distill.task.internal.token.TagInfo;
import org.tribuo.distill.task.internal.token.TagSequenceFactory;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.impl.ModelDataCarrier;
import org.tribuo.protos.core.SequenceModelProto;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.sequence.SequenceDataset;
import org.tribuo.sequence.SequenceExample;
import org.tribuo.sequence.SequenceModel;

/**
 * A student that labels each element of a sequence, as a Tribuo model. A sequence of any length is
 * predicted: if it is longer than the student reads, in the windows in which it was trained.
 *
 * <p>An element without a token, as a word that the tokenizer drops, is not read: it has the label
 * {@code O} if there is one, else the first, and all labels are equally probable.
 *
 * <p>ONNX Runtime loads the student at the first prediction, and closing frees that memory, as of a
 * {@link DistilledModel}. Safe for many threads. Saved as protobuf; Java's own serialization is
 * refused.
 */
public final class DistilledSequenceModel extends SequenceModel<Label> implements AutoCloseable {
  private static final long serialVersionUID = 1L;

  /** The version of the protobuf that this class writes, and the newest that it reads. */
  public static final int CURRENT_VERSION = 0;

  private static final String OUTSIDE = "O";

  private final transient DistilledModel<TagSequence> student;
  private final transient SequenceModality modality;

  private DistilledSequenceModel(
      String name,
      ModelProvenance provenance,
      ImmutableFeatureMap features,
      ImmutableOutputInfo<Label> labels,
      DistilledModel<TagSequence> student) {
    super(name, provenance, features, labels);
    this.student = student;
    this.modality = SequenceModalities.of(features);
  }

  /** A student that was trained on the windows of sequences. */
  static DistilledSequenceModel trained(
      DistilledModel<TagSequence> student,
      SequenceModality modality,
      SequenceDataset<Label> sequences) {
    ModelProvenance run = student.getProvenance();
    Map<String, Provenance> values = new LinkedHashMap<>();
    run.getInstanceProvenance().getMap().forEach(values::put);
    ModelProvenance provenance =
        new ModelProvenance(
            DistilledSequenceModel.class.getName(),
            run.getTrainingTime(),
            sequences.getProvenance(),
            run.getTrainerProvenance(),
            values);
    return of("distilled", provenance, modality.featureMap(sequences.getFeatureMap()), student);
  }

  /**
   * A teacher as a Tribuo model, to be evaluated alongside its students.
   *
   * @param features of the sequences that it will read
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if neither the configuration nor
   *     the file states what the columns of the logits stand for
   * @throws org.tribuo.distill.graph.GraphException if the file is not an ONNX model
   * @throws org.tribuo.distill.teacher.TeacherException if no output can hold the logits
   * @throws IllegalArgumentException if the sequences are of a kind that no model reads
   * @throws IOException if the file cannot be read
   */
  public static DistilledSequenceModel of(OnnxTeacher teacher, FeatureMap features)
      throws IOException {
    DistilledModel<TagSequence> model = DistilledModel.of(teacher, new TagSequenceFactory());
    ImmutableFeatureMap all = SequenceModalities.of(features).featureMap(features);
    return of("teacher", model.getProvenance(), all, model);
  }

  private static DistilledSequenceModel of(
      String name,
      ModelProvenance provenance,
      ImmutableFeatureMap features,
      DistilledModel<TagSequence> student) {
    TagInfo.Immutable tags = (TagInfo.Immutable) student.getOutputIDInfo();
    return new DistilledSequenceModel(name, provenance, features, tags.labels(), student);
  }

  /**
   * Reads a model that was saved; Tribuo calls this by name. It runs on the CPU until {@link
   * #runOn} changes that.
   *
   * @throws InvalidProtocolBufferException if the message is of another kind
   * @throws IllegalArgumentException if the version is unknown, the message does not hold a whole
   *     model, or the student was damaged
   */
  public static DistilledSequenceModel deserializeFromProto(
      int version, String className, Any message) throws InvalidProtocolBufferException {
    if (version < 0 || version > CURRENT_VERSION) {
      throw new IllegalArgumentException(
          "The model has version %d, this library reads versions 0 to %d; use the library that saved it, or a later one"
              .formatted(version, CURRENT_VERSION));
    }
    DistilledSequenceModelProto proto = message.unpack(DistilledSequenceModelProto.class);
    ModelDataCarrier<?> carrier = ModelDataCarrier.deserialize(proto.getMetadata());
    Model<?> student =
        DistilledModel.deserializeFromProto(
            proto.getModelVersion(), DistilledModel.class.getName(), proto.getStudent());
    if (!(student.getOutputIDInfo() instanceof TagInfo.Immutable)) {
      throw new IllegalArgumentException(
          "The saved model is damaged: it labels sequences, and its student predicts %s"
              .formatted(student.getOutputIDInfo().getClass().getSimpleName()));
    }
    return of(
        carrier.name(),
        carrier.provenance(),
        carrier.featureDomain(),
        (DistilledModel<TagSequence>) student.castModel(TagSequence.class));
  }

  @Override
  public SequenceModelProto serialize() {
    return SequenceModelProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(DistilledSequenceModel.class.getName())
        .setSerializedData(
            Any.pack(
                DistilledSequenceModelProto.newBuilder()
                    .setMetadata(createDataCarrier().serialize())
                    .setModelVersion(DistilledModel.CURRENT_VERSION)
                    .setStudent(student.serialize().getSerializedData())
                    .build()))
        .build();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the student cannot read the sequence; the message says
   *     which element, what is wrong and the likely cause
   */
  @Override
  public List<Prediction<Label>> predict(SequenceExample<Label> sequence) {
    return predictAll(List.of(sequence)).get(0);
  }

  /** Predicts in batches of windows of similar length. */
  @Override
  public List<List<Prediction<Label>>> predict(Iterable<SequenceExample<Label>> sequences) {
    List<SequenceExample<Label>> all = new ArrayList<>();
    sequences.forEach(all::add);
    return predictAll(all);
  }

  @Override
  public List<List<Prediction<Label>>> predict(SequenceDataset<Label> sequences) {
    return predictAll(sequences.getData());
  }

  private List<List<Prediction<Label>>> predictAll(List<SequenceExample<Label>> sequences) {
    List<Windows.Located> windows = new Windows(modality, maxLength()).of(sequences);
    List<Prediction<TagSequence>> texts = read(windows);
    List<List<Prediction<Label>>> all = new ArrayList<>();
    for (SequenceExample<Label> sequence : sequences) {
      List<Prediction<Label>> ofSequence = new ArrayList<>();
      sequence.forEach(element -> ofSequence.add(unread(element)));
      all.add(ofSequence);
    }
    for (int i = 0; i < texts.size(); i++) {
      SequenceWindow window = windows.get(i).window();
      int sequence = windows.get(i).sequence();
      for (int j = 0; j < window.elements().size(); j++) {
        int element = window.elements().get(j);
        all.get(sequence)
            .set(
                element,
                read(
                    texts.get(i), window.positions().get(j), sequences.get(sequence).get(element)));
      }
    }
    return all;
  }

  private List<Prediction<TagSequence>> read(List<Windows.Located> windows) {
    try {
      return student.predict(windows.stream().map(Windows.Located::text).toList());
    } catch (ExampleException e) {
      throw windows.get(e.example()).named(e);
    }
  }

  private static Prediction<Label> read(
      Prediction<TagSequence> text, int position, Example<Label> element) {
    Map<String, Label> scores = new LinkedHashMap<>();
    text.getOutputScores().forEach((name, labels) -> scores.put(name, at(labels, position)));
    return new Prediction<>(at(text.getOutput(), position), scores, element.size(), element, true);
  }

  private static Label at(TagSequence text, int position) {
    return Objects.requireNonNull(text.labels().get(position));
  }

  private Prediction<Label> unread(Example<Label> element) {
    List<String> names = labelOrder();
    Map<String, Label> scores = new LinkedHashMap<>();
    names.forEach(name -> scores.put(name, new Label(name, 1.0 / names.size())));
    String likeliest = names.contains(OUTSIDE) ? OUTSIDE : names.get(0);
    return new Prediction<>(
        Objects.requireNonNull(scores.get(likeliest)), scores, 0, element, true);
  }

  /** Says where the student runs from now on. */
  public void runOn(Device device) {
    student.runOn(device);
  }

  /** The names of the logits' columns, in order. */
  public List<String> labelOrder() {
    return student.labelOrder();
  }

  /** The maximum length of a window in positions, special tokens included. */
  public int maxLength() {
    return student.maxLength();
  }

  /** The number of bytes of the student's weights. */
  public long bytesOfWeights() {
    return student.bytesOfWeights();
  }

  /**
   * Writes the student as an ONNX file, whole or not at all, as {@link DistilledModel#exportOnnx}
   * does. Its logits are FLOAT [batch, positions, labels].
   *
   * @throws IOException if the file cannot be written, or is one that this model was made of
   */
  public void exportOnnx(Path file) throws IOException {
    student.exportOnnx(file);
  }

  /**
   * As {@link #exportOnnx(Path)}, with weights of another precision.
   *
   * @throws org.tribuo.distill.graph.GraphException as {@link DistilledModel#exportOnnx(Path,
   *     ExportPrecision)}
   * @throws IOException if the file cannot be written, or is one that this model was made of
   */
  public void exportOnnx(Path file, ExportPrecision precision) throws IOException {
    student.exportOnnx(file, precision);
  }

  /**
   * Saves this model as protobuf, whole or not at all.
   *
   * @throws IOException if the file cannot be written, or is one that this model was made of; one
   *     that was there before is kept
   */
  @Override
  public void serializeToFile(Path file) throws IOException {
    InputFiles.ofProvenance(getProvenance()).checkOutput(file);
    AtomicFile.writeStream(file, this::serializeToStream);
  }

  /** Transformers do not rank features: always empty. */
  @Override
  public Map<String, List<Pair<String, Double>>> getTopFeatures(int n) {
    return Map.of();
  }

  /** Frees the native memory. May be called twice; the next prediction takes it again. */
  @Override
  public void close() {
    student.close();
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(
        DistilledSequenceModel.class.getName() + " is saved as protobuf: use serializeToFile");
  }
}
