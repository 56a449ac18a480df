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
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.loss.AttentionKl;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.JensenShannon;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.loss.RkdDistance;
import org.tribuo.distill.loss.SoftCrossEntropy;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.loss.TinyBert;
import org.tribuo.distill.loss.WeightedLosses;
import org.tribuo.distill.loss.internal.SquaredError;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.schedule.CosineSchedule;
import org.tribuo.distill.schedule.LinearSchedule;
import org.tribuo.distill.schedule.PiecewiseSchedule;
import org.tribuo.distill.schedule.StepSchedule;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ScratchStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.SeveralTeachers;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.transformer.NamedActivation;
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
    assertThatThrownBy(
            () -> minimal().device(Device.cpu().withPrecision(Precision.BFLOAT16_PRODUCTS)).build())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("precision")
        .hasMessageContaining("add org.tribuo.distill:tribuo-distill-onednn in the version");
  }

  @Test
  void aTrainerThatWasBuiltInJavaSurvivesItToo(@TempDir Path folder) throws Exception {
    for (DistillationTrainer.Builder<Label> builder :
        List.of(
            minimal(),
            minimal()
                .teacher(OnnxTeacher.of(BERT, ORDER, "logits"))
                .objective(
                    new DistillationObjective()
                        .softLoss(new Dkd(1, 2))
                        .hardLoss(new CrossEntropy(0.1f, Map.of("red", 2f)))
                        .alpha(0.3f)
                        .temperature(4))
                .trainingGraph(
                    new TrainingGraphOptions()
                        .frozenWeights(FrozenWeights.embeddingsAndLayers(1).andNamed("*bias", "?"))
                        .compactVocabulary(false))
                .stages(TrainingStage.of(2), TrainingStage.fineTuning(1).learningRate(1e-5f))
                .optimizer(
                    new AdamWOptimizer()
                        .learningRate(new WarmUpSchedule(5e-5f, 0, WarmUpSchedule.Decay.CONSTANT))
                        .betas(0.8f, 0.99f)
                        .epsilon(1e-6f)
                        .weightDecay(0)
                        .withoutClipping())
                .batching(
                    new Batching()
                        .batchSize(7)
                        .maxTokens(512)
                        .accumulation(2)
                        .maxLength(32)
                        .padId(1))
                .earlyStopping(new EarlyStopping(0.3, 4))
                .activationTeacher(OnnxTeacher.of(BERT).activationCacheBytes(1L << 20))
                .softTargetStore(folder.resolve("store"))
                .device(Device.cpu(2))
                .seed(99),
            minimal()
                .student(EncoderStudent.of(Zoo.file("minilm_embedding_ts14"), Pooling.FIRST_TOKEN))
                .teacher(OnnxTeacher.of(BERT, ORDER))
                .objective(new DistillationObjective().softLoss(new Dist(2, 1))),
            minimal()
                .teacher(OnnxTeacher.of(BERT, ORDER))
                .objective(
                    new DistillationObjective()
                        .alpha(
                            PiecewiseSchedule.of(
                                List.of(new LinearSchedule(0, 0.9f), StepSchedule.of(0.9f)),
                                0.1,
                                1))
                        .temperature(new CosineSchedule(8, 1))),
            minimal()
                .teacher(
                    SeveralTeachers.of(
                            OnnxTeacher.of(BERT, ORDER).reading(tokenizer(), 3),
                            TeacherAssistant.of(
                                minimal().teacher(OnnxTeacher.of(BERT, ORDER)).build()))
                        .withWeights(1, 2)
                        .withTemperatures(1, 0.5f)
                        .averaging(SeveralTeachers.Mean.LOGITS)
                        .weightedBy(SeveralTeachers.Weighting.CONFIDENCE))
                .stages(
                    TrainingStage.of("first", 2)
                        .learningFrom(TrainingStage.From.TEACHER)
                        .objective(
                            new DistillationObjective()
                                .temperature(StepSchedule.of(4, 2))
                                .softLoss(new Dkd(1, 2))),
                    TrainingStage.of("second", 1)
                        .on(TrainingStage.Rows.LABELLED)
                        .learningRate(1e-5f)),
            minimal()
                .student(PrunedStudent.keeping(List.of(2), OnnxStudent.of(BERT, ORDER, "logits")))
                .objective(new DistillationObjective().hardLoss(new SquaredError())))) {
      DistillationTrainer<Label> trainer = builder.build();
      Helpers.testConfigurableRoundtrip(trainer);
      Helpers.testProvenanceMarshalling(trainer.getProvenance());
    }
  }

  @Test
  void theTrainerInAProvenanceIsTheTrainerThatWas() throws Exception {
    DistillationTrainer<Label> trainer =
        minimal()
            .teacher(OnnxTeacher.of(BERT, ORDER))
            .objective(new DistillationObjective().alpha(0.25f))
            .seed(3)
            .build();
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
            PrunedStudent.class,
            ScratchStudent.class,
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
            LayerMap.class,
            TinyBert.class,
            SoftCrossEntropy.class,
            AttentionKl.class,
            RkdDistance.class,
            MiniLm.class,
            NamedActivation.class)) {
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
        refused(
            "alpha",
            b -> b.objective(new DistillationObjective().alpha(-0.1f)),
            "from 0 (labels only) to 1 (teacher only)"),
        refused("alpha", b -> b.objective(new DistillationObjective().alpha(1.5f)), "alpha is 1.5"),
        refused(
            "alpha",
            b -> b.objective(new DistillationObjective().alpha(Float.NaN)),
            "alpha is NaN"),
        refused(
            "temperature",
            b -> b.objective(new DistillationObjective().temperature(0)),
            "temperature is 0.0"),
        refused(
            "temperature",
            b -> b.objective(new DistillationObjective().temperature(Float.POSITIVE_INFINITY)),
            "finite number"),
        refused(
            "alpha",
            b -> b.objective(new DistillationObjective().alpha(new LinearSchedule(0.9f, 1.1f))),
            "alpha goes from 0.9 to 1.1, expected a number from 0"),
        refused(
            "temperature",
            b -> b.objective(new DistillationObjective().temperature(new CosineSchedule(4, 0))),
            "temperature goes from 0.0 to 4.0, expected a finite number greater than 0"),
        refused("epochs", b -> b.epochs(0), "is 0, expected 1 or more"),
        refused(
            "epochs",
            b -> b.stages(TrainingStage.of(3), TrainingStage.fineTuning(-1)),
            "is -1, expected 1 or more"),
        refused("name", b -> b.stages(TrainingStage.of(" ", 1)), "is blank, expected one"),
        refused(
            "stages",
            b -> b.teacher(OnnxTeacher.of(BERT, ORDER)).stages(),
            "are none, but there is a teacher to learn from"),
        refused(
            "learningRate",
            b -> b.optimizer(new AdamWOptimizer().learningRate(new LinearSchedule(1, -1))),
            "goes from -1.0 to 1.0, expected finite numbers of 0 or more"),
        refused(
            "dropout",
            b -> b.trainingGraph(new TrainingGraphOptions().dropout(1)),
            "is 1.0, expected a probability from 0 (none) to below 1"),
        refused(
            "peak",
            b -> b.optimizer(new AdamWOptimizer().learningRate(0)),
            "is 0.0, expected a finite number above 0"),
        refused("peak", b -> b.optimizer(new AdamWOptimizer().learningRate(Float.NaN)), "is NaN"),
        refused(
            "warmUp",
            b ->
                b.optimizer(
                    new AdamWOptimizer()
                        .learningRate(new WarmUpSchedule(5e-5f, 2, WarmUpSchedule.Decay.LINEAR))),
            "is 2.0, expected a fraction of all steps from 0 to 1"),
        refused(
            "beta1",
            b -> b.optimizer(new AdamWOptimizer().betas(1, 0.9f).epsilon(1e-8f)),
            "must be in [0, 1), but is 1.0"),
        refused(
            "beta2",
            b -> b.optimizer(new AdamWOptimizer().betas(0.9f, -1).epsilon(1e-8f)),
            "must be in [0, 1), but is -1.0"),
        refused(
            "epsilon",
            b -> b.optimizer(new AdamWOptimizer().betas(0.9f, 0.9f).epsilon(0)),
            "must be positive, but is 0.0"),
        refused(
            "weightDecay",
            b -> b.optimizer(new AdamWOptimizer().weightDecay(-1)),
            "must be 0 or positive, but is -1.0"),
        refused(
            "maxGradientNorm",
            b -> b.optimizer(new AdamWOptimizer().maxGradientNorm(-1)),
            "is -1.0, expected a number that is finite and above 0 in float32"),
        refused(
            "batchSize", b -> b.batching(new Batching().batchSize(0)), "is 0, expected 1 or more"),
        refused(
            "maxTokens", b -> b.batching(new Batching().maxTokens(0)), "is 0, expected 1 or more"),
        refused(
            "accumulation",
            b -> b.batching(new Batching().accumulation(0)),
            "is 0, expected 1 or more"),
        refused(
            "heldOut",
            b -> b.earlyStopping(new EarlyStopping(0, 1)),
            "is 0.0, expected a number above 0"),
        refused(
            "heldOut",
            b -> b.earlyStopping(new EarlyStopping(1, 1)),
            "is 1.0, expected a number above 0"),
        refused(
            "patience",
            b -> b.earlyStopping(new EarlyStopping(0.1, 0)),
            "is 0, expected 1 or more"),
        refused(
            "maxLength", b -> b.batching(new Batching().maxLength(0)), "is 0, expected 1 or more"),
        refused(
            "activationCacheBytes",
            b -> b.activationTeacher(OnnxTeacher.of(BERT).activationCacheBytes(-1)),
            "is -1, expected 0 or more"),
        refused(
            "activationCacheBytes",
            b -> b.activationTeacher(OnnxTeacher.of(BERT).activationCacheBytes(1L << 60)),
            "give it more with -Xmx"),
        refused("padId", b -> b.batching(new Batching().padId(-1)), "is -1, expected 0 or more"),
        refused(
            "objective",
            b -> b.objective(new DistillationObjective().softLoss(new KlDivergence())),
            "there is no teacher"));
  }

  private static Arguments refused(
      String property, UnaryOperator<DistillationTrainer.Builder<Label>> change, String message) {
    return Arguments.of(property, change, message);
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("refused")
  void aValueOutOfItsRangeIsRefused(
      String property, UnaryOperator<DistillationTrainer.Builder<Label>> change, String message) {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> change.apply(minimal()).build())
        .withMessageContaining("Property: " + property)
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
            .replace("name=\"value\" value=\"0.5\"", "name=\"value\" value=\"2\""));
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString())) {
      assertThatExceptionOfType(PropertyException.class)
          .isThrownBy(() -> manager.lookup("trainer"))
          .withMessageContaining("Component: objective, Property: alpha, alpha is 2.0");
    }
  }

  @Test
  void aBooleanThatIsNeitherTrueNorFalseIsRefused(@TempDir Path folder) throws Exception {
    Path xml = xml(folder);
    Files.writeString(
        xml,
        Files.readString(xml)
            .replace(
                "name=\"compactVocabulary\" value=\"true\"",
                "name=\"compactVocabulary\" value=\"yes\""));
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString())) {
      assertThatExceptionOfType(PropertyException.class)
          .isThrownBy(() -> manager.lookup("trainer"))
          .withMessage(
              "Component: graph, Property: compactVocabulary, is 'yes', expected true or false");
    }
  }

  @Test
  void aBuilderBuildsOneTrainer() {
    DistillationTrainer.Builder<Label> builder = minimal();
    builder.build();
    assertThatIllegalStateException()
        .isThrownBy(() -> builder.objective(new DistillationObjective().alpha(1)))
        .withMessageContaining("built already");
  }

  @Test
  void aNegativeInvocationCountIsRefused() {
    DistillationTrainer<Label> trainer = minimal().build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.setInvocationCount(-3))
        .withMessageContaining("is -3, expected 0 or more");
  }

  private static DistillationTrainer.Builder<Label> minimal() {
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
