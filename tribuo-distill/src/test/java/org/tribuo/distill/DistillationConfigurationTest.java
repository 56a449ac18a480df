package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurationData;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.classification.experiments.ConfigurableTrainTest;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.input.CsvTextDataSource;
import org.tribuo.distill.loss.AttentionKl;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.JensenShannon;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.loss.PairedLayers;
import org.tribuo.distill.loss.RkdDistance;
import org.tribuo.distill.loss.SoftCrossEntropy;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.loss.SquaredError;
import org.tribuo.distill.loss.TinyBert;
import org.tribuo.distill.loss.WeightedLosses;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.schedule.CosineSchedule;
import org.tribuo.distill.schedule.LinearSchedule;
import org.tribuo.distill.schedule.PiecewiseSchedule;
import org.tribuo.distill.schedule.StepSchedule;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.student.CutStudent;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.student.NewStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.teacher.TeacherWeighting;
import org.tribuo.distill.transformer.NamedFeature;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.test.Helpers;

class DistillationConfigurationTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = List.of("red", "blue", "green");

  @Test
  void tribuosCommandLineProgramTrainsFromXml(@TempDir Path folder) throws Exception {
    Path train = folder.resolve("train.pb");
    Path test = folder.resolve("test.pb");
    texts(folder, "train.csv", 90, 1).serializeToFile(train);
    texts(folder, "test.csv", 30, 2).serializeToFile(test);
    Path saved = folder.resolve("model.pb");
    ConfigurableTrainTest.main(
        new String[] {
          "--config-file", xml(folder).toString(),
          "--trainer", "trainer",
          "--input-format", "SERIALIZED_PROTOBUF",
          "--training-file", train.toString(),
          "--testing-file", test.toString(),
          "--model-output-path", saved.toString(),
          "--model-output-protobuf", "true"
        });
    Model<Label> model = Model.deserializeFromFile(saved).castModel(Label.class);
    assertThat(model).isInstanceOf(DistilledModel.class);
    assertThat(new LabelEvaluator().evaluate(model, texts(folder, "more.csv", 60, 3)).accuracy())
        .isGreaterThan(0.5);
    Helpers.testProvenanceMarshalling(model.getProvenance());
    ((DistilledModel<Label>) model).close();
  }

  @Test
  void aConfigurationSurvivesItsProvenance(@TempDir Path folder) throws Exception {
    try (ConfigurationManager manager = new ConfigurationManager(xml(folder).toString())) {
      DistillationTrainer<?> trainer = (DistillationTrainer<?>) manager.lookup("trainer");
      Helpers.testConfigurableRoundtrip(trainer);
      Helpers.testProvenanceMarshalling(trainer.getProvenance());
    }
  }

  @Test
  void aPrecisionForWhichNothingIsThereIsRefusedAtOnce() {
    assertThatThrownBy(() -> minimal().precision(Precision.BFLOAT16_PRODUCTS).build())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("precision")
        .hasMessageContaining("add org.tribuo.distill:tribuo-distill-onednn:");
  }

  @Test
  void aTrainerThatWasBuiltInJavaSurvivesItToo(@TempDir Path folder) throws Exception {
    for (DistillationBuilder<Label> builder :
        List.of(
            minimal(),
            minimal()
                .teacher(OnnxTeacher.of(BERT, ORDER, "logits"))
                .softLoss(new Dkd(1, 2))
                .frozenWeights(FrozenWeights.embeddingsAndLayers(1).andNamed("*bias", "?"))
                .hardLoss(new CrossEntropy(0.1f, Map.of("red", 2f)))
                .alpha(0.3f)
                .temperature(4)
                .epochs(2)
                .fineTuningEpochs(1)
                .fineTuningLearningRate(1e-5f)
                .learningRateDecay(WarmUpSchedule.Decay.CONSTANT)
                .warmUp(0)
                .adamW(0.8f, 0.99f, 1e-6f)
                .weightDecay(0)
                .maxGradientNorm(0)
                .batchSize(7)
                .maxTokens(512)
                .accumulation(2)
                .earlyStopping(0.3, 4)
                .compactVocabulary(false)
                .maxLength(32)
                .padId(1)
                .featureCacheBytes(1L << 20)
                .softTargetStore(folder.resolve("store"))
                .device(Device.cpu(2))
                .seed(99),
            minimal()
                .student(EncoderStudent.of(Zoo.file("minilm_embedding_ts14"), Pooling.FIRST_TOKEN))
                .teacher(OnnxTeacher.of(BERT, ORDER))
                .softLoss(new Dist(2, 1)),
            minimal()
                .teacher(OnnxTeacher.of(BERT, ORDER))
                .alpha(
                    PiecewiseSchedule.of(
                        List.of(new LinearSchedule(0, 0.9f), StepSchedule.of(0.9f)), 0.1, 1))
                .temperature(new CosineSchedule(8, 1)),
            minimal()
                .teacher(
                    SeveralTeachers.of(
                            OnnxTeacher.of(BERT, ORDER).reading(tokenizer(), 3),
                            TeacherAssistant.of(
                                minimal().teacher(OnnxTeacher.of(BERT, ORDER)).build()))
                        .withWeights(1, 2)
                        .withTemperatures(1, 0.5f)
                        .averaging(SeveralTeachers.Mean.LOGITS)
                        .weightedBy(TeacherWeighting.CONFIDENCE))
                .stages(
                    TrainingStage.of("first", 2)
                        .learningFrom(TrainingStage.From.TEACHER)
                        .temperature(StepSchedule.of(4, 2))
                        .softLoss(new Dkd(1, 2)),
                    TrainingStage.of("second", 1)
                        .on(TrainingStage.Rows.LABELLED)
                        .learningRate(1e-5f)),
            minimal()
                .student(CutStudent.keeping(List.of(2), OnnxStudent.of(BERT, ORDER, "logits")))
                .hardLoss(new SquaredError()))) {
      DistillationTrainer<Label> trainer = builder.build();
      Helpers.testConfigurableRoundtrip(trainer);
      Helpers.testProvenanceMarshalling(trainer.getProvenance());
    }
  }

  @Test
  void theTrainerInAProvenanceIsTheTrainerThatWas() throws Exception {
    DistillationTrainer<Label> trainer =
        minimal().teacher(OnnxTeacher.of(BERT, ORDER)).alpha(0.25f).seed(3).build();
    List<ConfigurationData> configuration =
        ProvenanceUtil.extractConfiguration(trainer.getProvenance());
    try (ConfigurationManager manager = new ConfigurationManager()) {
      manager.addConfiguration(configuration);
      DistillationTrainer<?> again =
          (DistillationTrainer<?>) manager.lookup(configuration.get(0).getName());
      assertThat(again.getProvenance()).isEqualTo(trainer.getProvenance());
    }
  }

  @Test
  void provenanceNamesEachFileBySha256(@TempDir Path folder) throws Exception {
    Path model = Files.copy(BERT, folder.resolve("model.onnx"));
    String before = hash(OnnxStudent.of(model, ORDER));
    assertThat(before).matches("SHA-256\\[[0-9A-F]{64}]");
    assertThat(hash(OnnxTeacher.of(model, ORDER))).isEqualTo(before);
    assertThat(hash(EncoderStudent.of(model, Pooling.MEAN))).isEqualTo(before);
    Files.copy(Zoo.file("bert_seqcls_optimum"), model, StandardCopyOption.REPLACE_EXISTING);
    assertThat(hash(OnnxStudent.of(model, ORDER))).isNotEqualTo(before);
    OnnxStudent student = OnnxStudent.of(model, ORDER);
    Files.delete(model);
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(student::getProvenance)
        .withMessageContaining("there is no file");
  }

  @Test
  void everyFieldIsDescribed() {
    for (Class<?> type :
        List.of(
            DistillationTrainer.class,
            OnnxStudent.class,
            EncoderStudent.class,
            CutStudent.class,
            NewStudent.class,
            OnnxTeacher.class,
            CrossEntropy.class,
            Dkd.class,
            Dist.class,
            JensenShannon.class,
            LogitsMse.class,
            SparseKlDivergence.class,
            WeightedLosses.class,
            ConstantSchedule.class,
            LinearSchedule.class,
            CosineSchedule.class,
            WarmUpSchedule.class,
            StepSchedule.class,
            SeveralTeachers.class,
            TeacherAssistant.class,
            TrainingStage.class,
            PiecewiseSchedule.class,
            FeatureTerm.class,
            PairedLayers.class,
            TinyBert.class,
            SoftCrossEntropy.class,
            AttentionKl.class,
            RkdDistance.class,
            MiniLm.class,
            NamedFeature.class)) {
      List<String> described = new ArrayList<>();
      for (Class<?> level = type; level != null; level = level.getSuperclass()) {
        for (Field field : level.getDeclaredFields()) {
          Config config = field.getAnnotation(Config.class);
          if (config != null) {
            assertThat(config.description()).as(type + "." + field.getName()).endsWith(".");
            described.add(field.getName());
          }
        }
      }
      assertThat(described).isNotEmpty();
    }
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refused("alpha", b -> b.alpha(-0.1f), "from 0 (labels only) to 1 (teacher only)"),
        refused("alpha", b -> b.alpha(1.5f), "alpha is 1.5"),
        refused("alpha", b -> b.alpha(Float.NaN), "alpha is NaN"),
        refused("temperature", b -> b.temperature(0), "temperature is 0.0"),
        refused("temperature", b -> b.temperature(Float.POSITIVE_INFINITY), "finite number"),
        refused(
            "alphaSchedule",
            b -> b.alpha(new LinearSchedule(0.9f, 1.1f)),
            "alpha goes from 0.9 to 1.1, expected a number from 0"),
        refused(
            "temperatureSchedule",
            b -> b.temperature(new CosineSchedule(4, 0)),
            "temperature goes from 0.0 to 4.0, expected a finite number greater than 0"),
        refused(
            "alpha",
            b -> b.alpha(0.5f).alpha(StepSchedule.of(0.5f, 1)),
            "is 0.5, and there is a schedule: StepSchedule[0.5, 1.0]; state one of the two"),
        refused("epochs", b -> b.epochs(0), "is 0, expected 1 or more"),
        refused("fineTuningEpochs", b -> b.fineTuningEpochs(-1), "is -1, expected 0 or more"),
        refused("learningRate", b -> b.learningRate(0), "is 0.0, expected a finite number above 0"),
        refused("learningRate", b -> b.learningRate(Float.NaN), "is NaN"),
        refused("fineTuningLearningRate", b -> b.fineTuningLearningRate(-1), "is -1.0"),
        refused("warmUp", b -> b.warmUp(2), "is 2.0, expected a fraction of all steps from 0 to 1"),
        refused("beta1", b -> b.adamW(1, 0.9f, 1e-8f), "must be in [0, 1), but is 1.0"),
        refused("beta2", b -> b.adamW(0.9f, -1, 1e-8f), "must be in [0, 1), but is -1.0"),
        refused("epsilon", b -> b.adamW(0.9f, 0.9f, 0), "must be positive, but is 0.0"),
        refused("weightDecay", b -> b.weightDecay(-1), "must be 0 or positive, but is -1.0"),
        refused("maxGradientNorm", b -> b.maxGradientNorm(-1), "must be positive, but is -1.0"),
        refused("batchSize", b -> b.batchSize(0), "is 0, expected 1 or more"),
        refused("maxTokens", b -> b.maxTokens(-1), "is -1, expected 0 or more"),
        refused("accumulation", b -> b.accumulation(0), "is 0, expected 1 or more"),
        refused("heldOut", b -> b.earlyStopping(0, 1), "is 0.0, expected a number above 0"),
        refused("heldOut", b -> b.earlyStopping(1, 1), "is 1.0, expected a number above 0"),
        refused("patience", b -> b.earlyStopping(0.1, 0), "must be at least 1, but is 0"),
        refused("maxLength", b -> b.maxLength(-1), "is -1, expected 0 or more"),
        refused("featureCacheBytes", b -> b.featureCacheBytes(-1), "is -1, expected 0 or more"),
        refused("featureCacheBytes", b -> b.featureCacheBytes(1L << 60), "give it more with -Xmx"),
        refused("padId", b -> b.padId(-1), "is -1, expected 0 or more"),
        refused("softLoss", b -> b.softLoss(new KlDivergence()), "there is no teacher"));
  }

  private static Arguments refused(
      String property, UnaryOperator<DistillationBuilder<Label>> change, String message) {
    return Arguments.of(property, change, message);
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("refused")
  void aValueOutOfItsRangeIsRefused(
      String property, UnaryOperator<DistillationBuilder<Label>> change, String message) {
    DistillationBuilder<Label> builder = change.apply(minimal());
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(builder::build)
        .withMessageContaining("Component: DistillationTrainer, Property: " + property)
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.getProperty()).isEqualTo(property));
  }

  @Test
  void aScheduleOfNothingIsRefused() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(StepSchedule::of)
        .withMessageContaining("Component: StepSchedule, Property: values")
        .withMessageContaining("are none, expected at least one");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> PiecewiseSchedule.of(List.of(StepSchedule.of(1)), 0.5, 1))
        .withMessageContaining("Property: until, has 2 ends for 1 schedules");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> PiecewiseSchedule.of(List.of(StepSchedule.of(1)), 0.5))
        .withMessageContaining("expected ascending numbers above 0 of which the last is 1");
  }

  @Test
  void gpuSettingsOnTheProcessorAreRefused() {
    DistillationTrainer<Label> trainer = new DistillationTrainer<>();
    trainer.student = OnnxStudent.of(BERT, ORDER);
    assertThat(trainer.provider).isEqualTo(ExecutionProvider.CPU);
    trainer.deviceId = 1;
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(trainer::postConfig)
        .withMessageContaining("Property: deviceId")
        .withMessageContaining("must be 0 on the CPU, but are 1 and 0");
    trainer.deviceId = 0;
    trainer.gpuMemoryLimitBytes = 7;
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(trainer::postConfig)
        .withMessageContaining("Property: gpuMemoryLimitBytes")
        .withMessageContaining("must be 0 on the CPU, but are 0 and 7");
  }

  @Test
  void aTrainerSaysWhoLearnsFromWhom() {
    assertThat(minimal().build())
        .hasToString("DistillationTrainer(student=OnnxStudent(%s), teacher=none)", BERT);
    assertThat(minimal().teacher(OnnxTeacher.of(BERT, ORDER)).build().toString())
        .endsWith("teacher=OnnxTeacher(%s))".formatted(BERT));
  }

  @Test
  void aTrainerWithoutAStudentIsRefused() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> DistillationTrainer.<Label>builder().build())
        .withMessageContaining("Property: student, is not stated");
  }

  @Test
  void aMistakeInXmlNamesComponentAndProperty(@TempDir Path folder) throws Exception {
    Path xml = xml(folder);
    Files.writeString(
        xml,
        Files.readString(xml)
            .replace("name=\"alpha\" value=\"0.5\"", "name=\"alpha\" value=\"2\""));
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString())) {
      assertThatExceptionOfType(PropertyException.class)
          .isThrownBy(() -> manager.lookup("trainer"))
          .withMessageContaining("Component: trainer, Property: alpha, alpha is 2.0");
    }
  }

  @Test
  void aBooleanThatIsNeitherTrueNorFalseIsRefused(@TempDir Path folder) throws Exception {
    Path xml = xml(folder);
    Files.writeString(
        xml,
        Files.readString(xml)
            .replace(
                "name=\"earlyStopping\" value=\"true\"", "name=\"earlyStopping\" value=\"yes\""));
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString())) {
      assertThatExceptionOfType(PropertyException.class)
          .isThrownBy(() -> manager.lookup("trainer"))
          .withMessage(
              "Component: trainer, Property: earlyStopping, is 'yes', expected true or false");
    }
  }

  @Test
  void aBuilderBuildsOneTrainer() {
    DistillationBuilder<Label> builder = minimal();
    builder.build();
    assertThatIllegalStateException()
        .isThrownBy(() -> builder.alpha(1))
        .withMessageContaining("built already");
  }

  @Test
  void aNegativeInvocationCountIsRefused() {
    DistillationTrainer<Label> trainer = minimal().build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.setInvocationCount(-3))
        .withMessageContaining("is -3, expected 0 or more");
  }

  private static DistillationBuilder<Label> minimal() {
    return DistillationTrainer.<Label>builder().student(OnnxStudent.of(BERT, ORDER));
  }

  private static String hash(Provenancable<ConfiguredObjectProvenance> component) {
    return component.getProvenance().getInstanceValues().get("model-hash").toString();
  }

  /** The configuration, with the files that it names. */
  private static Path xml(Path folder) throws IOException {
    String xml;
    try (InputStream in =
        Objects.requireNonNull(
            DistillationConfigurationTest.class.getResourceAsStream("distillation.xml"))) {
      xml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    return Files.writeString(
        folder.resolve("distillation.xml"),
        xml.replace("${encoder}", Zoo.file("minilm_embedding_ts14").toString())
            .replace("${teacher}", BERT.toString()));
  }

  /** Texts of words, of which one tells the label. */
  private static MutableDataset<Label> texts(Path folder, String name, int rows, long seed)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> lines = new ArrayList<>(List.of("text,label"));
    for (int row = 0; row < rows; row++) {
      List<String> words = new ArrayList<>();
      int length = random.nextInt(3, 9);
      for (int i = 0; i < length; i++) {
        words.add("w" + random.nextInt(5, 90));
      }
      words.set(random.nextInt(length), List.of("sky", "grass", "fire").get(row % 3));
      lines.add(String.join(" ", words) + "," + List.of("blue", "green", "red").get(row % 3));
    }
    Path csv = Files.write(folder.resolve(name), lines);
    return new MutableDataset<>(CsvTextDataSource.of(csv, tokenizer(), new LabelFactory()).read());
  }

  private static Path tokenizer() throws Exception {
    return Path.of(
        Objects.requireNonNull(
                DistillationConfigurationTest.class.getResource("tiny-tokenizer.json"))
            .toURI());
  }
}
