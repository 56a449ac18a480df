package org.tribuo.distill.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;
import org.tribuo.data.text.TextFeatureExtractor;
import org.tribuo.data.text.impl.TextFeatureExtractorImpl;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.loss.CosineDistance;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.PairwiseCosines;
import org.tribuo.distill.loss.RegressionSoftTargets;
import org.tribuo.distill.loss.WeightedLosses;
import org.tribuo.distill.student.EmbeddingStudent;
import org.tribuo.distill.student.EmbeddingStudent.Projection;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ScratchStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.EmbeddingTeacher;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.test.Helpers;

class EmbeddingDistillationTest {
  private static final Path ENCODER = Zoo.file("bert_seqcls_ts11");
  private static final Path TOKENIZER = tokenizer();
  private static final List<String> TEXTS = texts(96, 1);
  private static final DistillationObjective COSINES =
      new DistillationObjective().softLoss(new CosineDistance());
  private static final List<String> OTHERS = texts(20, 2);

  @TempDir Path folder;

  private static Path tokenizer() {
    try {
      return Path.of(DistillationTrainer.class.getResource("tiny-tokenizer.json").toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> texts(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              List<String> words = new ArrayList<>();
              for (int j = random.nextInt(2, 9); j > 0; j--) {
                words.add("w" + random.nextInt(5, 90));
              }
              return String.join(" ", words);
            })
        .toList();
  }

  private MutableDataset<Regressor> dataset() throws Exception {
    Path file = folder.resolve("texts.csv");
    Files.writeString(file, "text\n" + String.join("\n", TEXTS) + "\n");
    return new MutableDataset<>(
        CsvTextDataSource.of(file, TOKENIZER, new RegressionFactory())
            .labels()
            .maxLength(24)
            .read());
  }

  private static EmbeddingTeacher teacher() {
    return EmbeddingTeacher.of(ENCODER, Pooling.MEAN);
  }

  private static StudentSource oneLayer() {
    return PrunedStudent.keeping(1, EncoderStudent.of(ENCODER, Pooling.MEAN));
  }

  private static DistillationTrainer.Builder<Regressor> trainer(StudentSource student, int epochs) {
    return DistillationTrainer.<Regressor>builder()
        .objective(COSINES)
        .student(student)
        .teacher(teacher())
        .epochs(epochs)
        .optimizer(new AdamWOptimizer().learningRate(5e-3f))
        .batching(new Batching().batchSize(16))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1));
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double ofA = 0;
    double ofB = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
      ofA += a[i] * a[i];
      ofB += b[i] * b[i];
    }
    return product / Math.sqrt(ofA * ofB);
  }

  private static double meanCosine(List<float[]> some, List<float[]> others) {
    return IntStream.range(0, some.size())
        .mapToDouble(i -> cosine(some.get(i), others.get(i)))
        .average()
        .orElseThrow();
  }

  private static List<float[]> vectors(Path file, Pooling pooling) {
    try (TextEmbedder embedder = TextEmbedder.of(file, TOKENIZER, pooling)) {
      return embedder.embed(OTHERS);
    }
  }

  @Test
  void aStudentOfFewerLayersLearnsTheVectors() throws Exception {
    EmbeddingStudent student = EmbeddingStudent.of(oneLayer(), Pooling.MEAN);
    Path untrained = folder.resolve("untrained.onnx");
    student.exportOnnx(untrained);
    Path trained = folder.resolve("trained.onnx");
    List<float[]> expected = vectors(ENCODER, Pooling.MEAN);
    DistillationTrainer<Regressor> trainer = trainer(student, 12).build();
    trainer.checkExamples(dataset());
    try (DistilledModel<Regressor> model = trainer.train(dataset())) {
      model.exportOnnx(trained);
      assertThat(model.labelOrder()).hasSize(expected.get(0).length).isSorted();
      Helpers.testProvenanceMarshalling(model.getProvenance());
      Model<Regressor> read =
          Helpers.testModelProtoSerialization(model, Regressor.class, dataset());
      Example<Regressor> text = dataset().getExample(0);
      double[] predicted = read.predict(text).getOutput().getValues();
      try (TextEmbedder embedder = TextEmbedder.of(trained, TOKENIZER)) {
        float[] vector = embedder.embed(TEXTS.get(0));
        for (int i = 0; i < vector.length; i++) {
          assertThat((double) vector[i]).isEqualTo(predicted[i], within(1e-5));
        }
        assertThat(cosine(vector, vector)).isEqualTo(1, within(1e-5));
      }
    }
    assertThat(outputs(trained)).containsExactly("last_hidden_state", "sentence_embedding");
    assertThat(meanCosine(vectors(untrained, null), expected)).isLessThan(0.97);
    assertThat(meanCosine(vectors(trained, null), expected)).isGreaterThan(0.985);
  }

  private static List<String> outputs(Path file) throws Exception {
    return Graph.of(OnnxModel.read(file)).outputs();
  }

  /** What others pool from the vectors of the tokens is what the file pools. */
  @Test
  void aNewStudentOfAnotherWidthKeepsItsProjectionInFrontOfThePooling() throws Exception {
    StudentSource narrow = ScratchStudent.of(101, 1, 16, 2);
    Path file = folder.resolve("narrow.onnx");
    try (DistilledModel<Regressor> model =
        trainer(EmbeddingStudent.of(narrow, Pooling.MEAN).projection(Projection.KEPT), 20)
            .build()
            .train(dataset())) {
      model.exportOnnx(file);
    }
    assertThat(outputs(file)).containsExactly("last_hidden_state", "sentence_embedding");
    List<float[]> own = vectors(file, null);
    List<float[]> pooledHere = vectors(file, Pooling.MEAN);
    assertThat(meanCosine(own, vectors(ENCODER, Pooling.MEAN))).isGreaterThan(0.85);
    for (int i = 0; i < own.size(); i++) {
      assertThat(pooledHere.get(i)).usingComparatorWithPrecision(1e-5f).containsExactly(own.get(i));
    }
  }

  /** Whatever a student is made of the file, its hidden states are those behind the projection. */
  @Test
  void aProjectionThatWasKeptIsKeptByTheNextStudent() throws Exception {
    StudentSource narrow = ScratchStudent.of(101, 2, 16, 2);
    Path small = folder.resolve("small.onnx");
    EmbeddingStudent.of(narrow, Pooling.MEAN).exportOnnx(small);
    Path file = folder.resolve("projected.onnx");
    try (DistilledModel<Regressor> model =
        trainer(EmbeddingStudent.of(narrow, Pooling.MEAN).projection(Projection.KEPT), 1)
            .build()
            .train(dataset())) {
      model.exportOnnx(file);
    }
    Path again = folder.resolve("again.onnx");
    for (StudentSource source :
        List.of(EncoderStudent.of(file, Pooling.MEAN), OnnxStudent.of(file))) {
      EmbeddingStudent.of(source, Pooling.MEAN).exportOnnx(again);
      List<float[]> expected = vectors(file, null);
      List<float[]> found = vectors(again, null);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i))
            .as(source.toString())
            .usingComparatorWithPrecision(1e-6f)
            .containsExactly(expected.get(i));
      }
    }
    StudentSource oneLayer = PrunedStudent.keeping(1, EncoderStudent.of(file, Pooling.MEAN));
    EmbeddingStudent.of(oneLayer, Pooling.MEAN).exportOnnx(again);
    assertThat(vectors(again, null).get(0)).hasSize(32);

    try (DistilledModel<Regressor> model =
        trainer(EmbeddingStudent.of(oneLayer, Pooling.MEAN).projection(Projection.KEPT), 1)
            .teacher(EmbeddingTeacher.of(small))
            .build()
            .train(dataset())) {
      assertThat(model.labelOrder()).hasSize(16);
      model.exportOnnx(again);
    }
    assertThat(vectors(again, null).get(0))
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(vectors(again, Pooling.MEAN).get(0));
  }

  @Test
  void aProjectionThatIsLeftOutIsNotExportedByTheEmbedder() throws Exception {
    StudentSource narrow = ScratchStudent.of(101, 1, 16, 2);
    Path file = folder.resolve("narrow.onnx");
    try (DistilledModel<Regressor> model =
        trainer(EmbeddingStudent.of(narrow, Pooling.MEAN).projection(Projection.LEFT_OUT), 2)
            .objective(new DistillationObjective().softLoss(new RegressionSoftTargets()))
            .build()
            .train(dataset())) {
      model.exportOnnx(file);
      assertThat(model.labelOrder()).hasSize(32);
    }
    assertThat(outputs(file))
        .containsExactly("last_hidden_state", "sentence_embedding", "projected_embedding");
    Path exported = folder.resolve("embedder.onnx");
    try (TextEmbedder embedder = TextEmbedder.of(file, TOKENIZER)) {
      assertThat(embedder.width()).isEqualTo(16);
      embedder.exportOnnx(exported);
      try (TextEmbedder again = TextEmbedder.of(exported, TOKENIZER)) {
        assertThat(again.embed(OTHERS.get(0))).containsExactly(embedder.embed(OTHERS.get(0)));
      }
    }
    assertThat(outputs(exported)).containsExactly("last_hidden_state", "sentence_embedding");
    assertThat(Files.size(exported)).isLessThan(Files.size(file));
  }

  @Test
  void theTeachersVectorsMayBeComputedInIntegers() throws Exception {
    List<TeacherRun> runs = new ArrayList<>();
    DistillationTrainer<Regressor> trainer =
        trainer(EmbeddingStudent.of(oneLayer(), Pooling.MEAN), 8)
            .teacher(teacher().withPrecision(Precision.INT8_PRODUCTS))
            .build();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onSoftTargets(TeacherRun run) {
            runs.add(run);
          }
        });
    Path file = folder.resolve("student.onnx");
    try (DistilledModel<Regressor> model = trainer.train(dataset())) {
      model.exportOnnx(file);
      assertThat(ProvenanceUtil.formattedProvenanceString(model.getProvenance()))
          .contains("INT8_PRODUCTS");
    }
    TeacherRun.PrecisionCost cost = runs.get(0).cost().orElseThrow();
    assertThat(cost.examples()).isEqualTo(TEXTS.size());
    assertThat(cost.divergence()).isBetween(1e-9, 1e-2);
    assertThat(cost.agreement()).isEmpty();
    assertThat(meanCosine(vectors(file, null), vectors(ENCODER, Pooling.MEAN))).isGreaterThan(0.97);
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                trainer(EmbeddingStudent.of(oneLayer(), Pooling.MEAN), 1)
                    .teacher(teacher().withPrecision(Precision.INT8_PRODUCTS))
                    .device(Device.cuda(0))
                    .build())
        .withMessageContaining("is INT8_PRODUCTS, which is for the CPU");
  }

  @Test
  void relationsWithinTheBatchAreLearntToo() throws Exception {
    try (DistilledModel<Regressor> model =
        trainer(EmbeddingStudent.of(oneLayer(), Pooling.MEAN), 4)
            .objective(
                new DistillationObjective()
                    .softLoss(
                        new WeightedLosses(
                            List.of(new CosineDistance(), new PairwiseCosines()), 1, 1)))
            .build()
            .train(dataset())) {
      Path file = folder.resolve("student.onnx");
      model.exportOnnx(file);
      assertThat(meanCosine(vectors(file, null), vectors(ENCODER, Pooling.MEAN)))
          .isGreaterThan(0.97);
    }
  }

  @Test
  void anyTribuoTrainerLearnsFromTheVectors() throws Exception {
    try (TextEmbedder embedder = TextEmbedder.of(ENCODER, TOKENIZER, Pooling.MEAN)) {
      TextFeatureExtractor<Label> features = new TextFeatureExtractorImpl<>(embedder);
      LabelFactory labels = new LabelFactory();
      MutableDataset<Label> data =
          new MutableDataset<>(new SimpleDataSourceProvenance("texts", labels), labels);
      for (String text : TEXTS) {
        data.add(features.extract(new Label(text.contains("w1") ? "yes" : "no"), text));
      }
      assertThat(data.getFeatureMap().size()).isEqualTo(embedder.width());
      Model<Label> model = new LogisticRegressionTrainer().train(data);
      assertThat(new LabelEvaluator().evaluate(model, data).accuracy()).isGreaterThan(0.6);
      List<Feature> named = embedder.process("title", TEXTS.get(0));
      assertThat(named.get(0).getName()).isEqualTo("title-embedding-00");
      assertThat((float) named.get(31).getValue()).isEqualTo(embedder.embed(TEXTS.get(0))[31]);
      assertThat(ProvenanceUtil.formattedProvenanceString(features.getProvenance()))
          .contains("model-hash", "preprocessing-hash", "MEAN");
    }
  }

  @Test
  void everythingIsConfiguredInXml() throws Exception {
    Path file = folder.resolve("embed.xml");
    Files.writeString(
        file,
        """
        <config>
          <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="objective" value="objective"/>
            <property name="student" value="student"/>
            <property name="teacher" value="teacher"/>
          </component>
          <component name="objective" type="org.tribuo.distill.loss.DistillationObjective">
            <property name="softLoss" value="cosine"/>
          </component>
          <component name="cosine" type="org.tribuo.distill.loss.CosineDistance"/>
          <component name="student" type="org.tribuo.distill.student.EmbeddingStudent">
            <property name="encoder" value="new"/>
            <property name="projection" value="KEPT"/>
          </component>
          <component name="new" type="org.tribuo.distill.student.ScratchStudent">
            <property name="vocabulary" value="101"/>
            <property name="layers" value="1"/>
            <property name="width" value="8"/>
            <property name="heads" value="2"/>
          </component>
          <component name="teacher" type="org.tribuo.distill.teacher.EmbeddingTeacher">
            <property name="path" value="%s"/>
            <property name="pooling" value="FIRST_TOKEN"/>
            <property name="length" value="OWN"/>
          </component>
          <component name="features" type="org.tribuo.data.text.impl.TextFeatureExtractorImpl">
            <property name="pipeline" value="embedder"/>
          </component>
          <component name="embedder" type="org.tribuo.distill.embedding.TextEmbedder">
            <property name="path" value="%s"/>
            <property name="tokenizer" value="%s"/>
            <property name="pooling" value="FIRST_TOKEN"/>
            <property name="maxLength" value="8"/>
          </component>
        </config>
        """
            .formatted(ENCODER, ENCODER, TOKENIZER));
    ConfigurationManager configuration = new ConfigurationManager(file.toString());
    @SuppressWarnings("unchecked")
    DistillationTrainer<Regressor> trainer =
        (DistillationTrainer<Regressor>) configuration.lookup("trainer");
    Helpers.testConfigurableRoundtrip(trainer);
    try (DistilledModel<Regressor> model = trainer.train(dataset())) {
      assertThat(ProvenanceUtil.formattedProvenanceString(model.getProvenance()))
          .contains("CosineDistance", "EmbeddingStudent", "EmbeddingTeacher", "KEPT");
    }
    TextFeatureExtractorImpl<?> features =
        (TextFeatureExtractorImpl<?>) configuration.lookup("features");
    Helpers.testProvenanceMarshalling(features.getProvenance());
    TextEmbedder embedder = (TextEmbedder) configuration.lookup("embedder");
    Helpers.testConfigurableRoundtrip(embedder);
    String longer = String.join(" ", TEXTS.subList(0, 3));
    String cut = String.join(" ", List.of(longer.split(" ")).subList(0, 6));
    assertThat(embedder.embed(longer)).containsExactly(embedder.embed(cut));
    Path exported = folder.resolve("exported.onnx");
    embedder.exportOnnx(exported);
    try (TextEmbedder again = TextEmbedder.of(exported, TOKENIZER)) {
      assertThat(again.embed(longer)).containsExactly(embedder.embed(longer));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() throws Exception {
    MutableDataset<Regressor> data = dataset();
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                trainer(EmbeddingStudent.of(ScratchStudent.of(101, 1, 16, 2), Pooling.MEAN), 1)
                    .build()
                    .train(data))
        .withMessageContaining(
            "is NONE, but the student's vectors have 16 numbers and the teacher's 32; use KEPT or"
                + " LEFT_OUT");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> EmbeddingStudent.of(oneLayer(), Pooling.NONE))
        .withMessageContaining("is NONE, but the vector of a text is made of its hidden states");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                trainer(EmbeddingStudent.of(oneLayer(), Pooling.MEAN), 1)
                    .teacher(EmbeddingTeacher.of(ENCODER))
                    .build()
                    .train(data))
        .withMessageContaining(
            "is not stated, and the encoder has no output 'sentence_embedding' but [logits]");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> EmbeddingTeacher.of(folder.resolve("none.onnx"), Pooling.MEAN))
        .withMessageContaining("there is no file");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> TextEmbedder.of(ENCODER, TOKENIZER))
        .withMessageContaining("is not stated, and the encoder has no output");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> TextEmbedder.of(TOKENIZER, TOKENIZER, Pooling.MEAN))
        .withMessageContaining("cannot be read as an encoder");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> TextEmbedder.of(ENCODER, ENCODER, Pooling.MEAN))
        .withMessageContaining("cannot be used");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                trainer(EmbeddingStudent.of(oneLayer(), Pooling.MEAN), 1)
                    .teacher(OnnxTeacher.of(ENCODER, List.of("a", "b", "c")))
                    .build()
                    .train(data))
        .withMessageContaining("32 numbers and the teacher's 3");
  }

  @Test
  void lengthsStayWhereTheyAreWanted() throws Exception {
    Path file = folder.resolve("long.onnx");
    EmbeddingStudent.of(oneLayer(), Pooling.FIRST_TOKEN)
        .length(Pooling.Length.OWN)
        .exportOnnx(file);
    double length =
        Math.sqrt(
            vectors(file, null).stream()
                .mapToDouble(EmbeddingDistillationTest::squares)
                .average()
                .orElseThrow());
    assertThat(length).isGreaterThan(1.5);
  }

  @Test
  void noFileThatItIsMadeOfIsOverwritten() throws Exception {
    Path encoder = Files.copy(ENCODER, folder.resolve("encoder.onnx"));
    byte[] before = Files.readAllBytes(encoder);
    EmbeddingStudent student =
        EmbeddingStudent.of(
            PrunedStudent.keeping(1, EncoderStudent.of(encoder, Pooling.MEAN)), Pooling.MEAN);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> student.exportOnnx(encoder))
        .withMessageContaining("encoder.onnx");

    ModelProto.Builder model = OnnxModel.read(ENCODER).toProto().toBuilder();
    TensorProto.Builder weight = model.getGraphBuilder().getInitializerBuilder(0);
    Files.write(folder.resolve("weights.bin"), weight.getRawData().toByteArray());
    weight
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue("weights.bin"));
    Path beside = Files.write(folder.resolve("weights.onnx"), model.build().toByteArray());
    try (TextEmbedder embedder = TextEmbedder.of(beside, TOKENIZER, Pooling.MEAN)) {
      for (Path input : List.of(beside, folder.resolve("weights.bin"), TOKENIZER)) {
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(() -> embedder.exportOnnx(input))
            .withMessageContaining(input.getFileName().toString());
      }
    }
    assertThat(Files.readAllBytes(encoder)).isEqualTo(before);
  }

  /** Others pool the first output. */
  @Test
  void theVectorsOfTokensStayWhereTheFilePoolsItself() throws Exception {
    Path file = folder.resolve("long.onnx");
    EmbeddingStudent.of(oneLayer(), Pooling.MEAN).length(Pooling.Length.OWN).exportOnnx(file);
    Path xml = folder.resolve("embedder.xml");
    Files.writeString(
        xml,
        """
        <config>
          <component name="embedder" type="org.tribuo.distill.embedding.TextEmbedder">
            <property name="path" value="%s"/>
            <property name="tokenizer" value="%s"/>
            <property name="length" value="UNIT"/>
          </component>
        </config>
        """
            .formatted(file, TOKENIZER));
    Path exported = folder.resolve("unit.onnx");
    try (ConfigurationManager configuration = new ConfigurationManager(xml.toString());
        TextEmbedder embedder = (TextEmbedder) configuration.lookup("embedder")) {
      embedder.exportOnnx(exported);
      assertThat(squares(embedder.embed("w5 w6"))).isEqualTo(1, within(1e-5));
    }
    assertThat(outputs(exported)).containsExactly("last_hidden_state", "sentence_embedding");
  }

  @Test
  void anEncoderOfImagesIsRefusedAsSuch() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () -> TextEmbedder.of(Zoo.file("vit_imgcls_dynamo"), TOKENIZER, Pooling.FIRST_TOKEN))
        .withMessageContaining("Property: path")
        .withMessageContaining("'pixel_values'");
  }

  @Test
  void aTextThatTheEncoderDoesNotKnowIsNamed() throws Exception {
    Path small = folder.resolve("small.onnx");
    EmbeddingStudent.of(ScratchStudent.of(20, 1, 8, 2), Pooling.MEAN).exportOnnx(small);
    try (TextEmbedder embedder = TextEmbedder.of(small, TOKENIZER)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> embedder.embed(List.of("w5", "w6", "w80")))
          .withMessageStartingWith("Example 2: Token 80 at position 1 is outside of the model's");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> embedder.embed("w80"))
          .withMessageStartingWith("Token 80 at position 1 is outside of the model's");
      assertThat(embedder.embed(List.of())).isEmpty();
      assertThat(embedder.embed(List.of("", "w5 w6", "w7")).get(1))
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(embedder.embed("w5 w6"));
      embedder.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> embedder.embed("w5"))
          .withMessageContaining("is closed");
    }
  }

  private static double squares(float[] vector) {
    double sum = 0;
    for (float each : vector) {
      sum += each * each;
    }
    return sum;
  }
}
