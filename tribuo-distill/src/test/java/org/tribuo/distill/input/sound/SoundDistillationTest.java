package org.tribuo.distill.input.sound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;

/** Exported Transformers of sounds are teachers, students and pruned students. */
class SoundDistillationTest {
  @TempDir private Path folder;

  /** Models of waveforms and of frames. */
  enum Kind {
    WAV2VEC2("wav2vec2_audiocls_ts17", SoundPreprocessing.waveform()),
    WHISPER("whisper_audiocls_dynamo", TinySounds.FRAMES),
    AST("ast_audiocls_ts17", SoundPreprocessing.ast(0.4).mels(24));

    private final String file;
    private final SoundPreprocessing preprocessing;

    Kind(String file, SoundPreprocessing preprocessing) {
      this.file = file;
      this.preprocessing = preprocessing;
    }

    StudentSource student() {
      return OnnxStudent.of(Zoo.file(file), TinySounds.LABELS);
    }
  }

  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("unchecked") // what is read is what was saved
  void aModelTeachesSomeOfItsLayers(Kind kind) throws Exception {
    Dataset<Label> inMemory = dataset(kind, false);
    Dataset<Label> inFiles = dataset(kind, true);
    Path teacher = folder.resolve("teacher.onnx");
    try (DistilledModel<Label> trained = trainer(kind.student(), 8).build().train(inMemory)) {
      assertThat(accuracy(trained, inMemory)).isGreaterThan(0.8);
      trained.exportOnnx(teacher);
    }
    StudentSource oneLayer = PrunedStudent.keeping(1, OnnxStudent.of(teacher));
    Path saved = folder.resolve("student.pb");
    try (DistilledModel<Label> one =
            trainer(oneLayer, 4).teacher(OnnxTeacher.of(teacher)).build().train(inMemory);
        DistilledModel<Label> other =
            trainer(oneLayer, 4).teacher(OnnxTeacher.of(teacher)).build().train(inFiles)) {
      assertThat(accuracy(one, inMemory)).isGreaterThan(0.7);
      assertEqual(one.predict(inMemory), other.predict(inFiles));
      assertEqual(one.predict(inFiles), other.predict(inMemory));
      other.serializeToFile(saved);
      try (DistilledModel<Label> read = (DistilledModel<Label>) DistilledModel.read(saved)) {
        assertEqual(read.predict(inFiles), one.predict(inFiles));
      }
    }
    try (DistilledModel<Label> alone =
        DistilledModel.of(OnnxTeacher.of(teacher), new LabelFactory())) {
      assertThat(accuracy(alone, inFiles)).isGreaterThan(0.8);
    }
  }

  /** A model without a mask reads sounds of one length at a time. */
  @Test
  void predictionsDoNotDependOnLongerSounds() throws Exception {
    try (DistilledModel<Label> model =
        DistilledModel.of(
            OnnxTeacher.of(Zoo.file("wav2vec2_audiocls_ts17"), TinySounds.LABELS),
            new LabelFactory())) {
      assertPaddingInvariant(model);
    }
  }

  @Test
  void aMaskTellsSoundFromPadding() throws Exception {
    Path file = folder.resolve("masked.onnx");
    masked().toModel().write(file);
    try (DistilledModel<Label> model =
        DistilledModel.of(OnnxTeacher.of(file, List.of("deep", "high")), new LabelFactory())) {
      assertPaddingInvariant(model);
    }
  }

  @Test
  void aFreshHeadReadsTheMeanOfAllFrames() throws Exception {
    for (Kind kind : Kind.values()) {
      Dataset<Label> sounds = dataset(kind, false);
      try (DistilledModel<Label> model =
          trainer(EncoderStudent.of(Zoo.file(kind.file), Pooling.MEAN), 8).build().train(sounds)) {
        assertThat(accuracy(model, sounds)).isGreaterThan(0.7);
      }
    }
  }

  /** Hidden states are of frames, and what is padding among them is the model's own affair. */
  @Test
  void aMaskOfSamplesIsNoneOfFrames() throws Exception {
    Graph graph = Graph.of(Zoo.model(Kind.WAV2VEC2.file));
    Shape samples = graph.type("input_values").orElseThrow().shape().orElseThrow();
    graph.addInput("attention_mask", TensorType.of(ElementType.INT64, samples));
    Path file = folder.resolve("masked.onnx");
    graph.toModel().write(file);
    Dataset<Label> sounds = dataset(Kind.WAV2VEC2, true);
    assertThatThrownBy(
            () -> trainer(EncoderStudent.of(file, Pooling.MEAN), 1).build().train(sounds))
        .hasMessageStartingWith("The mean is over the positions of the attention mask")
        .hasMessageEndingWith("choose another pooling");
    trainer(OnnxStudent.of(file, TinySounds.LABELS), 1)
        .teacher(OnnxTeacher.of(file, TinySounds.LABELS))
        .objective(
            new DistillationObjective()
                .featureTerms(new FeatureTerm("states", new HiddenStateMse(), 1)))
        .build()
        .train(sounds)
        .close();
  }

  private static void assertPaddingInvariant(DistilledModel<Label> model) {
    SplittableRandom random = new SplittableRandom(1);
    List<Example<Label>> sounds =
        List.of(example(random, 900), example(random, 4000), example(random, 1700));
    List<Prediction<Label>> together = model.predict(sounds);
    for (int i = 0; i < sounds.size(); i++) {
      Prediction<Label> alone = model.predict(sounds.get(i));
      together
          .get(i)
          .getOutputScores()
          .forEach(
              (label, score) ->
                  assertThat(alone.getOutputScores().get(label).getScore())
                      .isCloseTo(score.getScore(), within(1e-5)));
    }
  }

  private static Example<Label> example(SplittableRandom random, int samples) {
    return SoundPreprocessing.waveform()
        .toExample(TinySounds.tone("high", samples, random), 16_000, LabelFactory.UNKNOWN_LABEL);
  }

  /** The mean over the samples that count, of their squares and of how much they change. */
  private static Graph masked() {
    Graph graph = Graph.empty(Ops.OPSET);
    Shape shape = Shape.of(Dimension.of("batch"), Dimension.of("samples"));
    graph.addInput("input_values", TensorType.of(ElementType.FLOAT, shape));
    graph.addInput("attention_mask", TensorType.of(ElementType.INT64, shape));
    Ops op = Ops.on(graph);
    Value samples = op.add(graph.value("input_values"), 0.25);
    Value mask = op.cast(graph.value("attention_mask"), ElementType.FLOAT);
    Value count = op.reduceSumKeep(mask, 1);
    Value squares = op.reduceSumKeep(op.mul(op.square(samples), mask), 1);
    Value means = op.div(squares, count);
    Value weight = graph.setInitializer("weight", Tensor.of(new float[] {2, -1}, 1, 2));
    graph.addOutput(op.named("logits", op.matmul(means, weight)).name());
    return graph;
  }

  @Test
  void anotherFormIsRefused() throws IOException {
    DistillationTrainer<Label> whisper = trainer(Kind.WHISPER.student(), 1).build();
    assertThatThrownBy(() -> whisper.train(dataset(TinySounds.FRAMES.mels(20), false)))
        .hasMessage(
            "The examples have 20 bins of 40 frames, but the input 'input_features' of the student"
                + " takes [batch, 16, 40]; state its mels, seconds and form in the preprocessing");
    assertThatThrownBy(() -> whisper.train(dataset(Kind.WAV2VEC2, true)))
        .hasMessageStartingWith(
            "The examples have waveforms, but the input 'input_features' of the student takes");
    DistillationTrainer<Label> wav2vec2 =
        trainer(Kind.WAV2VEC2.student(), 1).batching(new Batching().maxLength(1000)).build();
    assertThatThrownBy(() -> wav2vec2.train(dataset(Kind.WAV2VEC2, true)))
        .hasMessageContaining("The sound has 3000 samples, and the model reads 1000 at most");
  }

  /** A convolution of the model needs more samples; that is said before anything is trained. */
  @Test
  void aSoundThatIsTooShortForTheModelIsNamed() throws Exception {
    Path sounds = TinySounds.write(folder.resolve("sounds"), 2, 3000, 1);
    TinySounds.write(sounds.resolve("high/1.wav"), 16_000, new float[] {0.5f, -0.5f});
    assertThatThrownBy(
            () -> trainer(Kind.WAV2VEC2.student(), 1).build().train(dataset(Kind.WAV2VEC2, true)))
        .hasMessageStartingWith(
            "Example 3 has 2 positions, the fewest of all, and the student cannot be run on it, but on"
                + " the first, which has 3000: ");
  }

  /** A teacher of waveforms teaches a student of frames, from the same files. */
  @Test
  void aTeacherReadsSoundsInItsOwnWay() throws Exception {
    Path teacher = folder.resolve("teacher.onnx");
    Dataset<Label> waveforms = dataset(Kind.WAV2VEC2, false);
    try (DistilledModel<Label> trained =
        trainer(Kind.WAV2VEC2.student(), 8).build().train(waveforms)) {
      trained.exportOnnx(teacher);
    }
    Path stated = folder.resolve("preprocessor_config.json");
    SoundPreprocessing.waveform().write(stated);
    OnnxTeacher other = OnnxTeacher.of(teacher).reading(stated);
    Dataset<Label> frames = dataset(Kind.WHISPER, true);
    try (DistilledModel<Label> student =
        trainer(Kind.WHISPER.student(), 8).teacher(other).build().train(frames)) {
      assertThat(accuracy(student, frames)).isGreaterThan(0.7);
    }
    assertThatThrownBy(
            () ->
                trainer(Kind.WHISPER.student(), 1)
                    .teacher(other)
                    .build()
                    .train(dataset(Kind.WHISPER, false)))
        .hasMessageContaining("does not keep its file, which a teacher");
  }

  @Test
  @SuppressWarnings("unchecked") // as the file has it
  void aTrainingComesFromXml() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("training.xml"),
            """
            <config>
              <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
                <property name="student" value="student"/>
                <property name="teacher" value="teacher"/>
                <property name="seed" value="3"/>
              </component>
              <component name="student" type="org.tribuo.distill.student.ScratchSoundStudent">
                <property name="mels" value="16"/>
                <property name="frames" value="40"/>
                <property name="layers" value="1"/>
                <property name="width" value="16"/>
                <property name="heads" value="2"/>
              </component>
              <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
                <property name="path" value="%s"/>
                <propertylist name="labelOrder">
                  <item>deep</item><item>high</item><item>low</item><item>shrill</item>
                </propertylist>
              </component>
              <component name="train" type="org.tribuo.distill.input.sound.SoundDataSource">
                <property name="dataPath" value="%s"/>
                <property name="outputFactory" value="labels"/>
                <property name="preprocessing" value="preprocessing"/>
                <property name="lazy" value="true"/>
              </component>
              <component name="preprocessing"
                  type="org.tribuo.distill.input.sound.SoundPreprocessing">
                <property name="form" value="WHISPER"/>
                <property name="mels" value="16"/>
                <property name="seconds" value="0.4"/>
              </component>
              <component name="labels" type="org.tribuo.classification.LabelFactory"/>
            </config>
            """
                .formatted(
                    Zoo.file(Kind.WHISPER.file),
                    TinySounds.write(folder.resolve("sounds"), 3, 3000, 1)));
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString())) {
      DistillationTrainer<Label> configured =
          (DistillationTrainer<Label>) manager.lookup("trainer");
      SoundDataSource<Label> source = (SoundDataSource<Label>) manager.lookup("train");
      try (DistilledModel<Label> student = configured.train(new MutableDataset<>(source))) {
        assertThat(student.labelOrder()).isEqualTo(TinySounds.LABELS);
        assertThat(student.predict(dataset(Kind.WHISPER, false))).hasSize(12);
      }
    }
  }

  private Dataset<Label> dataset(Kind kind, boolean lazy) throws IOException {
    return dataset(kind.preprocessing, lazy);
  }

  private Dataset<Label> dataset(SoundPreprocessing preprocessing, boolean lazy)
      throws IOException {
    Path sounds = folder.resolve("sounds");
    if (!Files.exists(sounds)) {
      TinySounds.write(sounds, 10, 3000, 1);
    }
    SoundDataSource.Builder<Label> source =
        SoundDataSource.of(sounds, new LabelFactory()).preprocessing(preprocessing);
    return new MutableDataset<>((lazy ? source.lazy() : source).read());
  }

  private static DistillationTrainer.Builder<Label> trainer(StudentSource student, int epochs) {
    return DistillationTrainer.<Label>builder()
        .student(student)
        .epochs(epochs)
        .batching(new Batching().batchSize(4))
        .optimizer(new AdamWOptimizer().learningRate(3e-3f))
        .device(Device.cpu(1));
  }

  private static double accuracy(DistilledModel<Label> model, Dataset<Label> sounds) {
    return new LabelEvaluator().evaluate(model, sounds).accuracy();
  }

  private static void assertEqual(List<Prediction<Label>> some, List<Prediction<Label>> others) {
    assertThat(some)
        .zipSatisfy(
            others,
            (one, other) -> assertThat(one.getOutputScores()).isEqualTo(other.getOutputScores()));
  }
}
