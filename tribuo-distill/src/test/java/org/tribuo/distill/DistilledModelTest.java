package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtSession;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.internal.text.TokenReader;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.distill.internal.protos.DistilledModelProto;
import org.tribuo.distill.internal.protos.TokenReaderProto;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.student.internal.StudentNetworkProtos;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.OutputDomain;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.task.internal.Tasks;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.interop.onnx.DenseTransformer;
import org.tribuo.interop.onnx.LabelTransformer;
import org.tribuo.interop.onnx.ONNXExternalModel;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.protos.core.ModelProto;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.provenance.impl.EmptyTrainerProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.test.Helpers;

class DistilledModelTest {
  private static final TokenFeatures TOKENS = new TokenFeatures(32, 101);
  private static final List<Example<Label>> EXAMPLES = TinyTexts.labelled(30, 7);

  @Test
  void itSurvivesProtobuf() {
    try (DistilledModel<Label> model = labels()) {
      Model<Label> read = Helpers.testModelProtoSerialization(model, Label.class, EXAMPLES);
      assertThat(read).isInstanceOf(DistilledModel.class);
      assertThat(((DistilledModel<Label>) read).labelOrder())
          .containsExactly("red", "blue", "green");
      ((DistilledModel<Label>) read).close();
    }
  }

  @Test
  void multiLabelsAndRegressorsSurviveItToo() {
    MultiLabelFactory multiLabels = new MultiLabelFactory();
    List<Example<MultiLabel>> several =
        EXAMPLES.stream()
            .map(e -> TinyTexts.withOutput(e, multiLabels.generateOutput("a,b,c,d,e,f")))
            .toList();
    try (DistilledModel<MultiLabel> model =
        model(
            "bert_multilabel_dynamo",
            TinyTexts.dataset(several, multiLabels),
            List.of("f", "e", "d", "c", "b", "a"))) {
      Helpers.testModelProtoSerialization(model, MultiLabel.class, several);
      assertThat(model.generatesProbabilities()).isTrue();
    }
    RegressionFactory regression = new RegressionFactory();
    List<Example<Regressor>> numbers =
        EXAMPLES.stream()
            .map(e -> TinyTexts.withOutput(e, regression.generateOutput("x=1,y=2")))
            .toList();
    try (DistilledModel<Regressor> model =
        model("bert_regression2_ts17", TinyTexts.dataset(numbers, regression), List.of("y", "x"))) {
      Helpers.testModelProtoSerialization(model, Regressor.class, numbers);
      assertThat(model.generatesProbabilities()).isFalse();
    }
  }

  @Test
  void aBatchPredictsWhatEachExampleAloneDoes() {
    try (DistilledModel<Label> model = labels()) {
      List<Prediction<Label>> together = model.predict(EXAMPLES);
      for (int i = 0; i < EXAMPLES.size(); i++) {
        Prediction<Label> alone = model.predict(EXAMPLES.get(i));
        assertThat(together.get(i).getExample()).isSameAs(EXAMPLES.get(i));
        assertThat(together.get(i).distributionEquals(alone, 1e-5)).as("example %d", i).isTrue();
        assertThat(alone.getNumActiveFeatures()).isEqualTo(EXAMPLES.get(i).size());
      }
    }
  }

  @Test
  void mixedLengthsAreCutIntoBatchesAndStayInOrder() {
    SplittableRandom random = new SplittableRandom(2);
    List<Example<Label>> mixed = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      int[] ids = random.ints(i % 3 == 0 ? 32 : 4, 5, 100).toArray();
      mixed.add(TokenSequence.of(ids).toExample(new Label("red")));
    }
    try (DistilledModel<Label> model = labels()) {
      List<Prediction<Label>> together = model.predict(mixed);
      for (int i = 0; i < mixed.size(); i++) {
        Prediction<Label> alone = model.predict(mixed.get(i));
        assertThat(together.get(i).getExample()).isSameAs(mixed.get(i));
        assertThat(together.get(i).distributionEquals(alone, 1e-5)).as("example %d", i).isTrue();
      }
    }
  }

  @Test
  void whatAStudentWithoutAMaskSaysOfATextDoesNotDependOnTheOthers() {
    try (DistilledModel<Label> model =
        model(
            Zoo.withoutMask("bert_seqcls_ts11"),
            TinyTexts.dataset(EXAMPLES),
            List.of("red", "blue", "green"))) {
      List<Prediction<Label>> together = model.predict(EXAMPLES);
      for (int i = 0; i < EXAMPLES.size(); i++) {
        Prediction<Label> alone = model.predict(EXAMPLES.get(i));
        assertThat(together.get(i).distributionEquals(alone, 1e-5)).as("example %d", i).isTrue();
      }
    }
  }

  @Test
  void manyThreadsPredictTheSameWhileItIsClosed() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (DistilledModel<Label> model = labels()) {
      List<Prediction<Label>> expected = model.predict(EXAMPLES);
      List<Future<List<Prediction<Label>>>> answers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        boolean closes = i % 16 == 15;
        answers.add(
            threads.submit(
                () -> {
                  if (closes) {
                    model.close();
                  }
                  return model.predict(EXAMPLES);
                }));
      }
      for (Future<List<Prediction<Label>>> answer : answers) {
        assertThat(Helpers.predictionListDistributionEquals(answer.get(), expected)).isTrue();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void closingTwiceIsFineAndPredictingOpensItAgain() {
    DistilledModel<Label> model = labels();
    model.close();
    Prediction<Label> before = model.predict(EXAMPLES.get(0));
    model.close();
    model.close();
    assertThat(model.predict(EXAMPLES.get(0)).distributionEquals(before)).isTrue();
    model.runOn(Device.cpu(1));
    assertThat(model.predict(EXAMPLES.get(0)).distributionEquals(before, 1e-5)).isTrue();
    model.close();
  }

  @Test
  void aCopyPredictsTheSame() {
    try (DistilledModel<Label> model = labels()) {
      Model<Label> copy = model.copy();
      assertThat(copy.getName()).isEqualTo(model.getName());
      assertThat(copy.getProvenance()).isEqualTo(model.getProvenance());
      assertThat(
              Helpers.predictionListDistributionEquals(
                  copy.predict(EXAMPLES), model.predict(EXAMPLES)))
          .isTrue();
      ((DistilledModel<Label>) copy).close();
    }
  }

  @Test
  void itHasNeitherTopFeaturesNorExcuses() {
    try (DistilledModel<Label> model = labels()) {
      assertThat(model.getTopFeatures(3)).isEmpty();
      assertThat(model.getExcuse(EXAMPLES.get(0))).isEmpty();
      assertThat(model.getExcuses(EXAMPLES)).isEmpty();
    }
  }

  @Test
  void tribuoReadsTheProvenanceOfAnExportedFile(@TempDir Path folder) throws Exception {
    Engines.training();
    Path file = folder.resolve("student.onnx");
    try (DistilledModel<Label> model = labels()) {
      model.exportOnnx(file);
      OnnxModel exported = OnnxModel.read(file);
      assertThat(OnnxMetadata.labelOrder(exported)).contains(List.of("red", "blue", "green"));
      assertThat(exported.initializers()).isEqualTo(Zoo.model("bert_seqcls_ts11").initializers());
      try (ONNXExternalModel<Label> external =
          ONNXExternalModel.createOnnxModel(
              new LabelFactory(),
              Map.of("A", 0),
              Map.of(new Label("red"), 0, new Label("blue"), 1, new Label("green"), 2),
              new DenseTransformer(),
              new LabelTransformer(),
              new OrtSession.SessionOptions(),
              file,
              "input_ids")) {
        assertThat(external.getTribuoProvenance()).contains(model.getProvenance());
      }
    }
  }

  @Test
  void anExampleThatIsNoTextIsRefused() {
    try (DistilledModel<Label> model = labels()) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> model.predict(TokenSequence.of(new int[33]).toExample(new Label("red"))))
          .withMessageContaining("at most 32 tokens");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(TokenSequence.of(1, 101, 2).toExample(new Label("red"))))
          .withMessageContaining("outside of the model's vocabulary of 101");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  model.predict(
                      new ArrayExample<>(
                          new Label("red"), new String[] {"height"}, new double[] {1.8})))
          .withMessageContaining("'height' is not a token");
    }
  }

  @Test
  void aSavedModelThatIsNotWholeIsRefused() throws Exception {
    ModelProto saved;
    try (DistilledModel<Label> model = labels()) {
      saved = model.serialize();
    }
    assertThatReading(saved.toBuilder().setVersion(7).build())
        .hasStackTraceContaining("has version 7, this library reads versions 0 to 0");
    DistilledModelProto content = StudentNetworkProtos.unsealed(saved.getSerializedData());
    assertThatReading(with(saved, content.toBuilder().setOnnxModel(ByteString.EMPTY).build()))
        .hasStackTraceContaining("damaged")
        .hasStackTraceContaining("is not an ONNX model");
    assertThatReading(
            with(saved, content.toBuilder().clearLabelOrder().addLabelOrder("red").build()))
        .hasStackTraceContaining("missing [blue, green]");
    assertThatReading(with(saved, content.toBuilder().setReader(reader(0)).build()))
        .hasStackTraceContaining("positions is 0");
    assertThatReading(with(saved, content.toBuilder().setReader(task("SingleLabel", 0)).build()))
        .hasStackTraceContaining("its InputReader")
        .hasStackTraceContaining("SingleLabel' cannot be read");
    assertThatReading(
            with(
                saved,
                content.toBuilder()
                    .setReader(reader(9).toBuilder().setSerializedData(Any.pack(content)).build())
                    .build()))
        .hasStackTraceContaining("expected a TokenReaderProto");
    assertThatReading(with(saved, content.toBuilder().setLogitsOutput("probabilities").build()))
        .hasStackTraceContaining("has no output 'probabilities'");
    assertThatReading(with(saved, content.toBuilder().setTask(task("Regression", 0)).build()))
        .hasStackTraceContaining("its outputs are ImmutableLabelInfo, and its task is")
        .hasStackTraceContaining("task.internal.Regression'");
    assertThatReading(with(saved, content.toBuilder().setTask(task("Poetry", 0)).build()))
        .hasStackTraceContaining("task.internal.Poetry' cannot be read");
    assertThatReading(with(saved, content.toBuilder().setTask(task("SingleLabel", 3)).build()))
        .hasStackTraceContaining("was saved with version 3, this library reads version 0");
  }

  private static ComponentProto reader(int positions) {
    return SavedComponents.write(
        TokenReader.class,
        TokenReaderProto.newBuilder().setPositions(positions).setVocabulary(101).build());
  }

  private static ComponentProto task(String name, int version) {
    return ComponentProto.newBuilder()
        .setClassName(Task.class.getPackageName() + "." + name)
        .setVersion(version)
        .build();
  }

  @Test
  void aBitThatFlippedAfterItWasSavedIsFoundOut(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("model.pb");
    try (DistilledModel<Label> model = labels()) {
      model.serializeToFile(file);
    }
    byte[] whole = Files.readAllBytes(file);
    for (int part = 1; part < 10; part++) {
      byte[] damaged = whole.clone();
      damaged[whole.length / 10 * part] ^= 1;
      Files.write(file, damaged);

      assertThatThrownBy(() -> DistilledModel.read(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("'%s' is not a saved model, or is damaged: ".formatted(file))
          .hasMessageContaining("The saved model was damaged after it was written: its")
          .hasMessageContaining("SHA-256 is");
      assertThatThrownBy(() -> Model.deserializeFromFile(file))
          .hasStackTraceContaining("The saved model was damaged after it was written");
    }
  }

  @Test
  void aModelWithoutADigestIsRefused() throws Exception {
    ModelProto saved;
    try (DistilledModel<Label> model = labels()) {
      saved = model.serialize();
    }
    ModelProto unsealed =
        saved.toBuilder()
            .setSerializedData(Any.pack(StudentNetworkProtos.unsealed(saved.getSerializedData())))
            .build();

    assertThatReading(unsealed).hasStackTraceContaining("The saved model has no SHA-256");
  }

  @Test
  void itIsReadWithoutACopyOfItsWeights(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("model.pb");
    try (DistilledModel<Label> model = labels()) {
      model.serializeToFile(file);
      DistilledModel<?> read = DistilledModel.read(file);
      assertThat(read.network().onnx().initializers())
          .isEqualTo(model.network().onnx().initializers());
      assertThat(read.network().onnx().initializers().values())
          .filteredOn(weight -> weight.elementType().isFloat())
          .allMatch(weight -> weight.data().isDirect());
    }
  }

  @Test
  void itIsReadFromAFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("model.pb");
    try (DistilledModel<Label> model = labels()) {
      model.serializeToFile(file);
      model.serializeToFile(file);
      Model<Label> read = Model.deserializeFromFile(file).castModel(Label.class);
      assertThat(
              Helpers.predictionListDistributionEquals(
                  read.predict(EXAMPLES), model.predict(EXAMPLES)))
          .isTrue();
      ((DistilledModel<Label>) read).close();
    }
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void javasOwnSerializationIsRefused() {
    try (DistilledModel<Label> model = labels()) {
      assertThatExceptionOfType(NotSerializableException.class)
          .isThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(model))
          .withMessageContaining("use serializeToFile");
    }
  }

  private static ModelProto with(ModelProto saved, DistilledModelProto content) {
    return saved.toBuilder()
        .setSerializedData(StudentNetworkProtos.sealed(content.toByteString()))
        .build();
  }

  private static AbstractThrowableAssert<?, ?> assertThatReading(ModelProto proto) {
    return assertThatThrownBy(() -> Model.deserialize(proto));
  }

  private static DistilledModel<Label> labels() {
    return model("bert_seqcls_ts11", TinyTexts.dataset(EXAMPLES), List.of("red", "blue", "green"));
  }

  private static <T extends Output<T>> DistilledModel<T> model(
      String name, MutableDataset<T> data, List<String> labelOrder) {
    return model(Zoo.model(name), data, labelOrder);
  }

  private static <T extends Output<T>> DistilledModel<T> model(
      OnnxModel onnx, MutableDataset<T> data, List<String> labelOrder) {
    ModelProvenance provenance =
        new ModelProvenance(
            DistilledModel.class.getName(),
            OffsetDateTime.now(ZoneOffset.UTC),
            data.getProvenance(),
            new EmptyTrainerProvenance());
    ImmutableFeatureMap features = TOKENS.featureMap(data.getFeatureMap());
    return new DistilledModel<>(
        "tiny",
        provenance,
        features,
        OutputDomain.of(Tasks.of(data.getOutputFactory()), data),
        new StudentNetwork(
            Transformer.of(onnx),
            List.of("logits"),
            Head.ofExamples(new LabelOrder(labelOrder)),
            new TokenReader(TOKENS, 0)),
        Device.cpu(2));
  }
}
