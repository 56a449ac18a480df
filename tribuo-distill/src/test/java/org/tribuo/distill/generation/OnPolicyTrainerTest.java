package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import com.oracle.labs.mlrg.olcut.provenance.io.ObjectMarshalledProvenance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.TeacherAssistant;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.internal.GeneratingModel;
import org.tribuo.distill.generation.internal.Prompt;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.ModelFile;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.student.ScratchEncoderDecoderStudent;
import org.tribuo.distill.student.ScratchTokenStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.test.Helpers;

/** A student learns from its teacher in texts of its own. */
class OnPolicyTrainerTest {
  /** Sources are written backwards, each token 30 further, and end with token 2. */
  private static final Vocabulary VOCABULARY =
      Vocabulary.of(IntStream.range(0, 101).mapToObj(id -> "t" + id).toList());

  private static final String END = "t" + TinyTranslations.END;

  @TempDir private static Path folder;
  private static Path teacher;

  @BeforeAll
  static void aTeacherLearnsFromPairs() throws Exception {
    teacher = folder.resolve("teacher.onnx");
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchEncoderDecoderStudent.of(1, 1, 32, 4).withPositions(24), 40)
            .build()
            .train(dataset(TinyTranslations.dataset(600, 2, 4, 1).getData()))) {
      model.exportOnnx(teacher);
      assertThat(perplexity(model)).isLessThan(1.6);
    }
  }

  private static DistillationTrainer.Builder<GeneratedTokens> trainer(
      StudentSource student, int epochs) {
    return DistillationTrainer.<GeneratedTokens>builder()
        .student(student)
        .epochs(epochs)
        .optimizer(new AdamWOptimizer().learningRate(1e-2f))
        .batching(new Batching().batchSize(16))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1));
  }

  private static DistillationTrainer<GeneratedTokens> distillation(int epochs) {
    return trainer(ScratchEncoderDecoderStudent.of(1, 1, 24, 2).withPositions(24), epochs)
        .teacher(OnnxTeacher.of(teacher))
        .objective(new DistillationObjective().temperature(1))
        .build();
  }

  private static MutableDataset<GeneratedTokens> dataset(List<Example<GeneratedTokens>> examples) {
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(VOCABULARY);
    return new MutableDataset<>(
        examples, new SimpleDataSourceProvenance("translations", outputs), outputs);
  }

  /** Sources whose targets nobody knows. */
  private static MutableDataset<GeneratedTokens> sources(int count) {
    SplittableRandom random = new SplittableRandom(3);
    List<Example<GeneratedTokens>> unknown = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      unknown.add(
          TinyTranslations.example(
              TinyTranslations.source(random.nextInt(2, 5), random),
              TinyTranslations.START,
              GeneratedTokens.unknown()));
    }
    return dataset(unknown);
  }

  private static double perplexity(DistilledModel<GeneratedTokens> model) {
    Dataset<GeneratedTokens> test = dataset(TinyTranslations.dataset(30, 2, 4, 2).getData());
    return new PerplexityEvaluator().evaluate(model, test).perplexity();
  }

  /**
   * Of a source alone a teacher says with what its target begins, and nothing else: what comes
   * behind that is learnt in the student's own targets alone.
   */
  @Test
  void sourcesWithoutTargetsAreEnough() {
    Dataset<GeneratedTokens> sources = sources(300);
    double before;
    try (DistilledModel<GeneratedTokens> student = distillation(20).train(sources)) {
      before = perplexity(student);
    }
    OnPolicyTrainer onPolicy =
        OnPolicyTrainer.of(distillation(20), 4)
            .epochsOfRound(10)
            .learningRate(new ConstantSchedule(3e-3f))
            .stopToken(END)
            .maxTokens(6);
    try (DistilledModel<GeneratedTokens> student = onPolicy.train(sources)) {
      assertThat(before).isGreaterThan(1000);
      assertThat(perplexity(student)).isLessThan(20);
    }
  }

  @Test
  void theStudentWritesUntilItStops() throws Exception {
    Dataset<GeneratedTokens> sources = sources(100);
    List<int[]> written = written(sources, 1);

    int right = 0;
    for (int i = 0; i < written.size(); i++) {
      int[] tokens = written.get(i);
      assertThat(tokens.length).isBetween(1, 4);
      assertThat(tokens.length == 4 || tokens[tokens.length - 1] == TinyTranslations.END).isTrue();
      assertThat(Arrays.copyOf(tokens, tokens.length - 1)).doesNotContain(TinyTranslations.END);
      int[] source =
          Prompt.of(sources.getExample(i), VOCABULARY.size()).source().orElseThrow().tokens().ids();
      right += tokens[0] == TinyTranslations.target(source)[0] ? 1 : 0;
    }
    assertThat(right).isGreaterThan(80);
    assertThat(written(sources, 1)).usingRecursiveComparison().isEqualTo(written);
    assertThat(written(sources, 2)).usingRecursiveComparison().isNotEqualTo(written);
  }

  /** What the teacher writes, which was trained to translate. */
  private static List<int[]> written(Dataset<GeneratedTokens> sources, long seed) throws Exception {
    LanguageModelFile file =
        new LanguageModelFile(
            new PropertyChecks("student"),
            new ModelFile("student", teacher),
            "the data",
            VOCABULARY);
    OptionalInt stop = OptionalInt.of(TinyTranslations.END);
    try (GeneratingModel model = file.open(Device.cpu(1)).model()) {
      List<Example<GeneratedTokens>> written =
          new StudentSampler(model, new TokenSampling(), stop, 4, 24, OptionalInt.empty())
              .sampled(sources.getData(), VOCABULARY.size(), new SplittableRandom(seed));
      for (int i = 0; i < written.size(); i++) {
        assertThat(written.get(i)).containsExactlyElementsOf(sources.getExample(i));
        assertThat(written.get(i).getWeight()).isEqualTo(sources.getExample(i).getWeight());
      }
      return written.stream().map(each -> each.getOutput().tokens()).toList();
    }
  }

  /** A target is read at once, however many of its tokens are given. */
  @Test
  void noTargetIsLongerThanTheStudentReads() {
    SplittableRandom random = new SplittableRandom(3);
    List<Example<GeneratedTokens>> begun = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      TokenSequence source = TokenSequence.of(TinyTranslations.source(3, random));
      TokenSequence target = TokenSequence.of(TinyTranslations.START, 40, 50);
      begun.add(source.toExample(target, GeneratedTokens.unknown()));
    }
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchEncoderDecoderStudent.of(1, 1, 16, 2).withPositions(6), 1)
            .teacher(OnnxTeacher.of(teacher))
            .build();
    try (DistilledModel<GeneratedTokens> student =
        OnPolicyTrainer.of(trainer, 1).fraction(1).train(dataset(begun))) {
      assertThat(student.predict(begun.get(0)).getOutput().isKnown()).isTrue();
    }
  }

  /** What no teacher reads cannot be learnt from it. */
  @Test
  void noTextIsLongerThanATeacherReads() throws Exception {
    Path stories = folder.resolve("short-stories.onnx");
    MutableDataset<GeneratedTokens> texts = dataset(TinyStories.examples(40, 4, 7, 1));
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchTokenStudent.of(1, 8, 1).withPositions(8), 1).build().train(texts)) {
      model.exportOnnx(stories);
    }
    DistillationTrainer<GeneratedTokens> longer =
        trainer(ScratchTokenStudent.of(1, 8, 1).withPositions(16), 1)
            .teacher(OnnxTeacher.of(stories))
            .build();
    try (DistilledModel<GeneratedTokens> student =
        OnPolicyTrainer.of(longer, 1).fraction(1).train(texts)) {
      assertThat(student.maxLength()).isEqualTo(16);
    }
    DistillationTrainer<GeneratedTokens> translating =
        trainer(ScratchEncoderDecoderStudent.of(1, 1, 8, 1).withPositions(48), 1)
            .teacher(OnnxTeacher.of(teacher))
            .build();
    try (DistilledModel<GeneratedTokens> student =
        OnPolicyTrainer.of(translating, 1).fraction(1).train(sources(10))) {
      assertThat(student.maxLength()).isEqualTo(48);
    }
  }

  /** Texts that all begin in one way are not written in one way. */
  @Test
  void aLanguageModelLearnsFromItsOwnTexts() throws Exception {
    Path counting = folder.resolve("stories.onnx");
    MutableDataset<GeneratedTokens> stories = dataset(TinyStories.examples(200, 6, 10, 1));
    try (DistilledModel<GeneratedTokens> model =
        trainer(ScratchTokenStudent.of(1, 32, 4).withPositions(16), 20).build().train(stories)) {
      model.exportOnnx(counting);
    }
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchTokenStudent.of(1, 16, 2).withPositions(16), 2)
            .teacher(OnnxTeacher.of(counting))
            .build();
    OnPolicyTrainer onPolicy =
        OnPolicyTrainer.of(trainer, 2)
            .fraction(1)
            .maxTokens(9)
            .learningRate(new ConstantSchedule(5e-3f));
    List<Example<GeneratedTokens>> test = TinyStories.examples(50, 6, 10, 2);
    double before;
    try (DistilledModel<GeneratedTokens> student = trainer.train(stories)) {
      before = new PerplexityEvaluator().evaluate(student, dataset(test)).perplexity();
    }
    try (DistilledModel<GeneratedTokens> first = onPolicy.train(stories);
        DistilledModel<GeneratedTokens> second = onPolicy.train(stories, Map.of(), 0)) {
      double after = new PerplexityEvaluator().evaluate(first, dataset(test)).perplexity();
      assertThat(after).isLessThan(before);
      assertThat(second.predict(test.get(0)).getOutput().logLikelihood())
          .isEqualTo(first.predict(test.get(0)).getOutput().logLikelihood());
    }
  }

  @Test
  void provenanceGoesBackToTheFirstTraining() {
    Dataset<GeneratedTokens> sources = sources(20);
    OnPolicyTrainer onPolicy = OnPolicyTrainer.of(distillation(1), 2).stopToken(END).maxTokens(3);
    try (DistilledModel<GeneratedTokens> student = onPolicy.train(sources)) {
      ModelProvenance last = student.getProvenance();
      ModelProvenance second = before(last);
      ModelProvenance first = before(second);

      assertThat(first.getInstanceProvenance().getMap())
          .containsKey(OnPolicyTrainer.ON_POLICY)
          .doesNotContainKey(OnPolicyTrainer.BEFORE);
      assertThat(first.getDatasetProvenance()).isEqualTo(sources.getProvenance());
      assertThat(last.getDatasetProvenance().toString())
          .contains("20 of the student's own of round 2");
      List<ObjectMarshalledProvenance> marshalled = ProvenanceUtil.marshalProvenance(last);
      assertThat(ProvenanceUtil.unmarshalProvenance(marshalled)).isEqualTo(last);
    }
    assertThat(onPolicy.getInvocationCount()).isEqualTo(1);
  }

  private static ModelProvenance before(ModelProvenance provenance) {
    return (ModelProvenance)
        provenance.getInstanceProvenance().getMap().get(OnPolicyTrainer.BEFORE);
  }

  @Test
  void isConfiguredByOlcut() throws Exception {
    Path configuration = folder.resolve("on-policy.xml");
    Files.writeString(
        configuration,
        """
        <config>
          <component name="on-policy" type="org.tribuo.distill.generation.OnPolicyTrainer">
            <property name="trainer" value="trainer"/>
            <property name="rounds" value="3"/>
            <property name="fraction" value="0.25"/>
            <property name="stopToken" value="[SEP]"/>
            <property name="sampling" value="sampling"/>
          </component>
          <component name="sampling" type="org.tribuo.distill.generation.TokenSampling">
            <property name="temperature" value="0.9"/>
          </component>
          <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="student" value="student"/>
            <property name="teacher" value="teacher"/>
          </component>
          <component name="student" type="org.tribuo.distill.student.OnnxStudent">
            <property name="path" value="%1$s"/>
          </component>
          <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
            <property name="path" value="%1$s"/>
          </component>
        </config>
        """
            .formatted(teacher));
    try (ConfigurationManager manager = new ConfigurationManager(configuration.toString())) {
      OnPolicyTrainer trainer = (OnPolicyTrainer) manager.lookup("on-policy");
      assertThat(trainer).hasToString(trainer.toString()).asString().contains("rounds=3", "0.25");
      Helpers.testProvenanceMarshalling(trainer.getProvenance());
    }
  }

  @Test
  void whatCannotBeTrainedSoIsRefusedAtOnce() {
    DistillationTrainer<GeneratedTokens> alone =
        trainer(ScratchTokenStudent.of(1, 16, 2), 1).build();
    assertThatThrownBy(() -> OnPolicyTrainer.of(alone, 1))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("trainer")
        .hasMessageContaining("has no teacher");
    DistillationTrainer<GeneratedTokens> assisted =
        distillation(1).toBuilder().teacher(TeacherAssistant.of(distillation(1))).build();
    assertThatThrownBy(() -> OnPolicyTrainer.of(assisted, 1))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("again in each round; train it before");
    assertThatThrownBy(() -> OnPolicyTrainer.of(distillation(1), 0))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("rounds");
    OnPolicyTrainer trainer = OnPolicyTrainer.of(distillation(1), 1);
    for (double fraction : new double[] {0, -1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> trainer.fraction(fraction))
          .isInstanceOf(PropertyException.class)
          .hasMessageContaining("expected one above 0 and at most 1");
    }
    assertThatThrownBy(() -> trainer.maxTokens(0)).isInstanceOf(PropertyException.class);
    assertThatThrownBy(() -> trainer.epochsOfRound(0)).isInstanceOf(PropertyException.class);
  }

  @Test
  void aStopTokenThatTheDataDoNotHaveIsRefusedBeforeTheTraining() {
    OnPolicyTrainer trainer = OnPolicyTrainer.of(distillation(1), 1).stopToken("</s>");
    assertThatThrownBy(() -> trainer.train(sources(3)))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("stopToken")
        .hasMessageContaining("is '</s>', which is no token of the data's Vocabulary(101");
    assertThat(trainer.getInvocationCount()).isZero();
  }
}
