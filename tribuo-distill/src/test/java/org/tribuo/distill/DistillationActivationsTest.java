package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.oracle.labs.mlrg.olcut.config.ConfigurationData;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.loss.AttentionForm;
import org.tribuo.distill.loss.AttentionKl;
import org.tribuo.distill.loss.Cka;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.loss.Pkd;
import org.tribuo.distill.loss.RkdAngle;
import org.tribuo.distill.loss.RkdDistance;
import org.tribuo.distill.loss.TinyBert;
import org.tribuo.distill.schedule.LinearSchedule;
import org.tribuo.distill.schedule.StepSchedule;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.EpochReport;
import org.tribuo.distill.training.TrainingListener.EvaluationReport;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.ActivationValue.HeadLayout;
import org.tribuo.distill.transformer.NamedActivation;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.TransformerActivations;
import org.tribuo.test.Helpers;

/** Trainings that compare intermediate activations of student and teacher. */
class DistillationActivationsTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final MutableDataset<Label> TEXTS = TinyTexts.dataset(TinyTexts.labelled(24, 3));

  /** Losses that read every kind of activation. */
  private static final FeatureTerm[] ALL_KINDS = {
    new FeatureTerm("relations", new MiniLm(4), 1),
    new FeatureTerm("recipe", new TinyBert(), 0.01f),
    new FeatureTerm(
        "probabilities", new AttentionKl(LayerMap.uniform(), AttentionForm.PROBABILITIES), 1),
  };

  private static DistillationTrainer.Builder<Label> builder(String student, Path teacher) {
    return alone(student).teacher(OnnxTeacher.of(teacher, ORDER));
  }

  private static DistillationTrainer.Builder<Label> alone(String student) {
    return DistillationTrainer.<Label>builder()
        .student(EncoderStudent.of(Zoo.file(student), Pooling.MEAN))
        .epochs(2)
        .optimizer(new AdamWOptimizer().learningRate(2e-3f))
        .batching(new Batching().batchSize(8))
        .device(Device.cpu(1));
  }

  /** What a training told, by stage. */
  private static Map<String, List<StepReport>> steps(DistillationTrainer<Label> trainer) {
    RecordedSteps steps = new RecordedSteps();
    trainer.setListener(steps);
    trainer.train(TEXTS).close();
    return steps.byStage();
  }

  @ParameterizedTest
  @CsvSource({"distilbert_seqcls_optimum", "bert_seqcls_dynamo", "roberta_seqcls_ts14"})
  void aTeacherThatRunsBesideTheStudentShowsWhatIsInside(String student) {
    DistillationTrainer<Label> trainer =
        builder(student, BERT)
            .trainingGraph(new TrainingGraphOptions().dropout(0))
            .epochs(8)
            .objective(
                new DistillationObjective()
                    .featureTerms(
                        new FeatureTerm("relations", new MiniLm(4), 0.5f),
                        new FeatureTerm("distances", new RkdDistance(), new LinearSchedule(1, 0))))
            .build();

    List<StepReport> steps = steps(trainer).get("training");

    StepReport first = steps.get(0);
    assertThat(first.terms().keySet())
        .isEqualTo(Set.of("loss", "hard", "soft", "relations", "distances", "gradient_norm"));
    assertThat(first.schedules())
        .containsEntry("weight_relations", 0.5f)
        .containsEntry("weight_distances", 1f);
    assertThat(relations(steps.subList(steps.size() - 3, steps.size())))
        .isLessThan(relations(steps.subList(0, 3)));
  }

  @Test
  void whatWasFoundInBothIsTold() {
    DistillationTrainer<Label> trainer =
        builder("distilbert_seqcls_optimum", BERT)
            .objective(
                new DistillationObjective()
                    .featureTerms(new FeatureTerm("relations", new MiniLm(4), 1)))
            .build();
    List<String> told = new ArrayList<>();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onActivations(String stage, String teacher, String student) {
            told.addAll(List.of(stage, teacher, student));
          }
        });
    trainer.train(TEXTS).close();
    assertThat(told).hasSize(3).first().isEqualTo("training");
    assertThat(told.subList(1, 3))
        .allSatisfy(found -> assertThat(found).startsWith("layers: 2, width 32, heads 4, bound"));
    assertThat(told.get(1)).isNotEqualTo(told.get(2));
  }

  private static double relations(List<StepReport> steps) {
    return steps.stream()
        .mapToDouble(step -> step.terms().get("relations"))
        .average()
        .orElseThrow();
  }

  @Test
  void theSameTrainingGivesTheSameStudentWhateverTheThreadsDo() {
    assertThat(weights(relationsAlone())).isEqualTo(weights(relationsAlone()));
  }

  private static DistillationTrainer<Label> relationsAlone() {
    return builder("bert_seqcls_dynamo", BERT)
        .objective(
            new DistillationObjective()
                .featureTerms(new FeatureTerm("relations", new MiniLm(4), 1)))
        .build();
  }

  private static Map<String, Tensor> weights(DistillationTrainer<Label> trainer) {
    try (DistilledModel<Label> model = trainer.train(TEXTS)) {
      return new TreeMap<>(model.network().onnx().initializers());
    }
  }

  @Test
  void featuresThatAreKeptTeachTheSame() {
    List<StepReport> live =
        steps(
                builder("bert_seqcls_dynamo", BERT)
                    .objective(new DistillationObjective().featureTerms(ALL_KINDS))
                    .build())
            .get("training");
    for (long bytes : new long[] {40_000, 1L << 26}) {
      List<StepReport> kept =
          steps(
                  builder("bert_seqcls_dynamo", BERT)
                      .objective(new DistillationObjective().featureTerms(ALL_KINDS))
                      .activationTeacher(OnnxTeacher.of(BERT).activationCacheBytes(bytes))
                      .build())
              .get("training");

      assertThat(kept).hasSameSizeAs(live);
      for (int step = 0; step < live.size(); step++) {
        Map<String, Float> terms = kept.get(step).terms();
        live.get(step)
            .terms()
            .forEach(
                (term, value) ->
                    assertThat(terms.get(term)).as(term).isCloseTo(value, withinPercentage(0.1)));
      }
    }
  }

  @Test
  void theSameTrainingGivesTheSameStudentWhenSomeActivationsAreKept() {
    assertThat(weights(someKept().build())).isEqualTo(weights(someKept().build()));
  }

  private static DistillationTrainer.Builder<Label> someKept() {
    return builder("bert_seqcls_dynamo", BERT)
        .objective(new DistillationObjective().featureTerms(ALL_KINDS))
        .activationTeacher(OnnxTeacher.of(BERT).activationCacheBytes(40_000))
        .batching(new Batching().batchSize(8).accumulation(2))
        .earlyStopping(new EarlyStopping(0.2, 2));
  }

  @Test
  void theProvenanceTellsHowOftenTheTeacherWasRun() {
    DistillationTrainer.Builder<Label> builder =
        builder("bert_seqcls_dynamo", BERT)
            .activationTeacher(OnnxTeacher.of(BERT).activationCacheBytes(1_000_000))
            .stages(
                TrainingStage.of("inside", 3)
                    .learningFrom(TrainingStage.From.ACTIVATIONS)
                    .objective(new DistillationObjective().featureTerms(ALL_KINDS)),
                TrainingStage.of("response", 1)
                    .objective(
                        new DistillationObjective()
                            .featureTerms(new FeatureTerm("relations", new MiniLm(4), 1))),
                TrainingStage.of("labels", 1).learningFrom(TrainingStage.From.LABELS));
    DistillationTrainer<Label> trainer = builder.build();
    try (DistilledModel<Label> model = trainer.train(TEXTS)) {
      Map<String, ? extends Provenance> run =
          model.getProvenance().getInstanceProvenance().getMap();
      assertThat(run.get("inside-activations-computed")).hasToString("24");
      assertThat(run.get("inside-activations-reused")).hasToString("48");
      assertThat(run.get("response-activations-computed")).hasToString("24");
      assertThat(run.get("response-activations-reused")).hasToString("0");
      assertThat(run).doesNotContainKey("labels-activations-computed");
    }
  }

  @Test
  void featuresOfModelsThatDoNotKnowPaddingAreNotKept(@TempDir Path folder) throws Exception {
    Path blind = folder.resolve("blind.onnx");
    Zoo.withoutMask("bert_seqcls_ts11").write(blind);
    FeatureTerm relations = new FeatureTerm("relations", new MiniLm(4), 1);

    alone("bert_seqcls_ts11")
        .activationTeacher(OnnxTeacher.of(blind))
        .objective(new DistillationObjective().featureTerms(relations))
        .build()
        .train(TEXTS)
        .close();
    assertThatThrownBy(
            () ->
                alone("bert_seqcls_ts11")
                    .activationTeacher(OnnxTeacher.of(blind).activationCacheBytes(5))
                    .objective(new DistillationObjective().featureTerms(relations))
                    .build()
                    .train(TEXTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "activationCacheBytes is 5, but no input distinguishes the teacher tokens from padding, so"
                + " activations of a text differ from batch to batch; set it to 0");
    assertThatThrownBy(
            () ->
                builder("bert_seqcls_ts11", BERT)
                    .student(EncoderStudent.of(blind, Pooling.FIRST_TOKEN))
                    .objective(new DistillationObjective().featureTerms(relations))
                    .activationTeacher(OnnxTeacher.of(BERT).activationCacheBytes(5))
                    .build()
                    .train(TEXTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no input distinguishes the student tokens from padding");
  }

  @Test
  void anEncoderWithoutAHeadCanShowWhatIsInside() {
    Path encoder = Zoo.file("minilm_embedding_ts14");
    DistillationTrainer<Label> trainer =
        alone("bert_seqcls_ts11")
            .activationTeacher(OnnxTeacher.of(encoder))
            .objective(
                new DistillationObjective()
                    .featureTerms(
                        new FeatureTerm(
                            "states", new HiddenStateMse(LayerMap.of(LayerPair.LAST)), 1)))
            .build();

    assertThat(steps(trainer).get("training").get(0).terms().keySet())
        .isEqualTo(Set.of("loss", "hard", "states", "gradient_norm"));
  }

  @Test
  void aStageMayCompareWhatIsInsideAlone() {
    FeatureTerm recipe = new FeatureTerm("recipe", new TinyBert(), 1);
    DistillationTrainer<Label> trainer =
        builder("bert_seqcls_dynamo", BERT)
            .stages(
                TrainingStage.of("inside", 2)
                    .learningFrom(TrainingStage.From.ACTIVATIONS)
                    .objective(new DistillationObjective().featureTerms(recipe)),
                TrainingStage.of("response", 1),
                TrainingStage.of("labels", 1).learningFrom(TrainingStage.From.LABELS))
            .build();

    Map<String, List<StepReport>> heard = steps(trainer);

    assertThat(heard.get("inside").get(0).terms().keySet())
        .isEqualTo(
            Set.of(
                "loss",
                "recipe",
                "recipe.embeddings",
                "recipe.hidden_states",
                "recipe.attention",
                "gradient_norm"));
    assertThat(heard.get("response").get(0).terms().keySet()).doesNotContain("recipe");
    assertThat(heard.get("labels").get(0).terms().keySet()).doesNotContain("recipe");
  }

  @Test
  void aStageThatTeachesNoAnswersIsNotStoppedByThem() {
    DistillationTrainer<Label> trainer =
        builder("bert_seqcls_dynamo", BERT)
            .earlyStopping(new EarlyStopping(0.2, 1))
            .stages(
                TrainingStage.of("inside", 6)
                    .learningFrom(TrainingStage.From.ACTIVATIONS)
                    .objective(
                        new DistillationObjective()
                            .featureTerms(new FeatureTerm("relations", new MiniLm(4), 1))),
                TrainingStage.of("response", 6).learningRate(1e-9f))
            .build();
    List<String> epochs = new ArrayList<>();
    List<String> measured = new ArrayList<>();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public TrainingListener stage(String name) {
            return new TrainingListener() {
              @Override
              public void onEvaluation(EvaluationReport report) {
                measured.add(name);
              }

              @Override
              public void onEpochEnd(EpochReport report) {
                epochs.add(name);
              }
            };
          }
        });
    trainer.train(TEXTS).close();

    assertThat(Collections.frequency(epochs, "inside")).isEqualTo(6);
    assertThat(Collections.frequency(epochs, "response")).isEqualTo(2);
    assertThat(measured).containsExactly("response", "response");
  }

  @Test
  void featuresOfTheTrainerCountWhereverMoreThanLabelsIsLearnt() {
    DistillationTrainer<Label> trainer =
        builder("bert_seqcls_dynamo", BERT)
            .stages(TrainingStage.of(3), TrainingStage.fineTuning(1))
            .objective(
                new DistillationObjective()
                    .featureTerms(new FeatureTerm("relations", new MiniLm(4), 1)))
            .build();

    Map<String, List<StepReport>> heard = steps(trainer);

    assertThat(heard.get("training").get(0).terms()).containsKey("relations");
    assertThat(heard.get("fine-tuning").get(0).terms()).doesNotContainKey("relations");
  }

  @Test
  void aConfigurationOfActivationsSurvivesItsProvenance(@TempDir Path folder) throws Exception {
    Path xml = folder.resolve("activations.xml");
    Files.writeString(
        xml,
        """
        <config>
          <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="student" value="student"/>
            <property name="teacher" value="teacher"/>
            <property name="objective" value="objective"/>
          </component>
          <component name="objective" type="org.tribuo.distill.loss.DistillationObjective">
            <propertylist name="featureTerms"><item>inside</item><item>pairs</item></propertylist>
          </component>
          <component name="student" type="org.tribuo.distill.student.OnnxStudent">
            <property name="path" value="%1$s"/>
            <propertylist name="labelOrder">
              <item>red</item><item>blue</item><item>green</item>
            </propertylist>
          </component>
          <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
            <property name="path" value="%1$s"/>
            <propertylist name="labelOrder">
              <item>red</item><item>blue</item><item>green</item>
            </propertylist>
          </component>
          <component name="inside" type="org.tribuo.distill.loss.FeatureTerm">
            <property name="loss" value="relations"/>
            <property name="weight" value="falling"/>
          </component>
          <component name="relations" type="org.tribuo.distill.loss.MiniLm">
            <property name="relationHeads" value="8"/>
            <property name="teacherLayer" value="-2"/>
          </component>
          <component name="falling" type="org.tribuo.distill.schedule.LinearSchedule">
            <property name="from" value="1"/>
            <property name="to" value="0"/>
          </component>
          <component name="pairs" type="org.tribuo.distill.loss.FeatureTerm">
            <property name="loss" value="states"/>
            <property name="weight" value="quarter"/>
          </component>
          <component name="quarter" type="org.tribuo.distill.schedule.ConstantSchedule">
            <property name="value" value="0.25"/>
          </component>
          <component name="states" type="org.tribuo.distill.loss.HiddenStateCosine">
            <property name="layers" value="layers"/>
          </component>
          <component name="layers" type="org.tribuo.distill.loss.LayerMap">
            <propertylist name="student"><item>0</item><item>2</item></propertylist>
            <propertylist name="teacher"><item>0</item><item>1</item></propertylist>
          </component>
          <component name="last" type="org.tribuo.distill.loss.LayerMap">
            <property name="rule" value="LAST"/>
          </component>
          <component name="both" type="org.tribuo.distill.loss.LayerMap">
            <property name="rule" value="SKIP"/>
            <propertylist name="student"><item>0</item></propertylist>
            <propertylist name="teacher"><item>0</item></propertylist>
          </component>
        </config>
        """
            .formatted(BERT));
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString())) {
      DistillationTrainer<?> trainer = (DistillationTrainer<?>) manager.lookup("trainer");

      FeatureTerm inside = (FeatureTerm) manager.lookup("inside");
      assertThat(inside.name()).isEqualTo("inside");
      assertThat(inside)
          .hasToString("LinearSchedule(from=1.0, to=0.0) * MiniLm(-1:-2, relationHeads=8)");
      assertThat(manager.lookup("pairs"))
          .hasToString("0.25 * HiddenStateCosine(LayerMap[0:0, 2:1])");
      assertThat(manager.lookup("last")).hasToString("LayerMap[LAST]");
      assertThatThrownBy(() -> manager.lookup("both"))
          .isInstanceOf(PropertyException.class)
          .hasMessageContaining("is SKIP, and pairs of layers are stated; state one of the two");
      checkSurvives(trainer);
    }
  }

  /** Whether a provenance tells how to make the same trainer again. */
  private static void checkSurvives(DistillationTrainer<?> trainer) throws Exception {
    Helpers.testProvenanceMarshalling(trainer.getProvenance());
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
  void featuresThatWereStatedInJavaSurviveItToo() throws Exception {
    DistillationTrainer<Label> trainer =
        builder("bert_seqcls_dynamo", BERT)
            .objective(
                new DistillationObjective()
                    .featureTerms(new FeatureTerm("a", new MiniLm(new LayerPair(1, 2), 4), 0.5f)))
            .stages(
                TrainingStage.of("inside", 1)
                    .objective(
                        new DistillationObjective()
                            .featureTerms(new FeatureTerm("b", new Pkd(LayerMap.skip()), 1))),
                TrainingStage.of("relations", 1)
                    .objective(
                        new DistillationObjective()
                            .featureTerms(new FeatureTerm("c", new Cka(), StepSchedule.of(1, 0)))))
            .build();

    checkSurvives(trainer);
  }

  @Test
  void whatIsNamedByHandIsComparedAsIfItHadBeenFound() throws Exception {
    FeatureTerm relations = new FeatureTerm("relations", new MiniLm(new LayerPair(2, 2), 4), 1);
    DistillationTrainer<Label> named =
        alone("bert_seqcls_dynamo")
            .teacher(OnnxTeacher.of(BERT, ORDER).withActivations(vectors("bert_seqcls_ts11")))
            .objective(
                new DistillationObjective()
                    .studentActivations(vectors("bert_seqcls_dynamo"))
                    .featureTerms(relations))
            .build();
    checkSurvives(named);

    assertThat(weights(named))
        .isEqualTo(
            weights(
                builder("bert_seqcls_dynamo", BERT)
                    .objective(new DistillationObjective().featureTerms(relations))
                    .build()));
  }

  /** Queries, keys and values of the second layer. */
  private static NamedActivation[] vectors(String model) throws Exception {
    Graph graph = Graph.of(OnnxModel.read(Zoo.file(model)));
    Normalization.applyForTraining(graph);
    TransformerActivations found = TransformerActivations.find(graph);
    return Stream.of(Activation.Kind.QUERIES, Activation.Kind.KEYS, Activation.Kind.VALUES)
        .map(kind -> new Activation(kind, 2))
        .map(activation -> NamedActivation.of(activation, found.get(activation)))
        .toArray(NamedActivation[]::new);
  }

  @Test
  void whatIsNamedByHandCanBeConfigured(@TempDir Path folder) throws Exception {
    Path xml = folder.resolve("named.xml");
    Files.writeString(
        xml,
        """
        <config>
          <component name="state" type="org.tribuo.distill.transformer.NamedActivation">
            <property name="kind" value="HIDDEN_STATE"/>
            <property name="layer" value="2"/>
            <property name="value" value="hidden"/>
            <property name="size" value="32"/>
          </component>
          <component name="keys" type="org.tribuo.distill.transformer.NamedActivation">
            <property name="kind" value="KEYS"/>
            <property name="layer" value="1"/>
            <property name="value" value="k"/>
            <property name="layout" value="TRANSPOSED"/>
            <property name="heads" value="4"/>
            <property name="size" value="8"/>
          </component>
        </config>
        """);
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString())) {
      assertThat(
              NamedActivation.map(
                  List.of(
                      (NamedActivation) manager.lookup("state"),
                      (NamedActivation) manager.lookup("keys"))))
          .containsExactly(
              entry(
                  new Activation(Activation.Kind.HIDDEN_STATE, 2),
                  ActivationValue.hiddenState("hidden", 32)),
              entry(
                  new Activation(Activation.Kind.KEYS, 1),
                  ActivationValue.vectors("k", HeadLayout.TRANSPOSED, 4, 8)));
    }
  }

  // ---- what is refused

  @Test
  void whatCannotBeThereIsRefused() {
    Activation keys = new Activation(Activation.Kind.KEYS, 1);
    NamedActivation one =
        NamedActivation.of(keys, ActivationValue.vectors("k", HeadLayout.HEADS_FIRST, 4, 8));

    assertThatThrownBy(() -> OnnxTeacher.of(BERT, ORDER).withActivations(one, one))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("name the keys of layer 1 twice, 'k' and 'k'");
    assertThatThrownBy(
            () ->
                NamedActivation.of(
                    keys, ActivationValue.vectors("k", HeadLayout.HEADS_FIRST, 4, 0)))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("is not stated, expected the width of one head");
    DistillationTrainer<Label> trainer =
        builder("bert_seqcls_dynamo", BERT)
            .objective(
                new DistillationObjective()
                    .studentActivations(one)
                    .featureTerms(new FeatureTerm("relations", new MiniLm(4), 1)))
            .build();
    assertThatThrownBy(() -> trainer.train(TEXTS))
        .isInstanceOf(GraphException.class)
        .hasMessage("The graph has no value 'k'");
  }

  @Test
  void featuresNeedATeacherThatShowsThem() {
    FeatureTerm relations = new FeatureTerm("relations", new MiniLm(4), 1);

    assertThatThrownBy(
            () ->
                alone("bert_seqcls_ts11")
                    .objective(new DistillationObjective().featureTerms(relations))
                    .build())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("objective")
        .hasMessageContaining(
            "there is no OnnxTeacher to compare with; state an activationTeacher");
    assertThatThrownBy(
            () ->
                alone("bert_seqcls_ts11")
                    .stages(
                        TrainingStage.of("inside", 1)
                            .objective(new DistillationObjective().featureTerms(relations)))
                    .build())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("the trainer has no OnnxTeacher to compare with");
  }

  @Test
  void aStageOfNothingIsRefused() {
    assertThatThrownBy(
            () ->
                builder("bert_seqcls_ts11", BERT)
                    .stages(
                        TrainingStage.of("inside", 1).learningFrom(TrainingStage.From.ACTIVATIONS))
                    .build())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining(
            "is ACTIVATIONS, but the objective has no loss on intermediate activations");
  }

  @Test
  void namesAndWeightsOutOfTheirRangeAreRefused() {
    FeatureLoss loss = new MiniLm(4);

    assertThatThrownBy(() -> new FeatureTerm("my loss", loss, 1))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining(
            "Property: name, is 'my loss', expected letters, digits and underscores");
    assertThatThrownBy(() -> new FeatureTerm("loss_1", loss, -1))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("The weight of 'loss_1' is -1.0");
    assertThatThrownBy(() -> new MiniLm(0))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: MiniLm, Property: relationHeads, is 0");
    assertThatThrownBy(() -> new Pkd(LayerMap.of())).isInstanceOf(PropertyException.class);
    FeatureTerm one = new FeatureTerm("same", loss, 1);
    assertThatThrownBy(
            () ->
                builder("bert_seqcls_ts11", BERT)
                    .objective(new DistillationObjective().featureTerms(one, one))
                    .build())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("has two of the name 'same'");
  }

  @Test
  void whatDoesNotFitIsSaidBeforeTheTeacherIsAsked() {
    DistillationTrainer<Label> trainer =
        builder("bert_seqcls_dynamo", BERT)
            .objective(
                new DistillationObjective()
                    .featureTerms(new FeatureTerm("relations", new MiniLm(5), 1)))
            .build();
    List<String> asked = new ArrayList<>();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onSoftTargetProgress(int rowsDone, int rows) {
            asked.add("teacher");
          }
        });

    assertThatThrownBy(() -> trainer.train(TEXTS))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("MiniLm has 5 relation heads, which do not divide the width 32");
    assertThat(asked).isEmpty();
  }

  @Test
  void aTeacherWithATokenizerOfItsOwnCannotShowActivations(@TempDir Path folder) throws Exception {
    Path tokenizer = Files.writeString(folder.resolve("tokenizer.json"), "{}");
    DistillationTrainer<Label> trainer =
        alone("bert_seqcls_ts11")
            .teacher(OnnxTeacher.of(BERT, ORDER).reading(tokenizer))
            .objective(
                new DistillationObjective()
                    .featureTerms(new FeatureTerm("relations", new MiniLm(4), 1)))
            .build();

    assertThatThrownBy(() -> trainer.train(TEXTS))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("the activationTeacher must read the student's tokens");
  }

  @Test
  void batchesTooSmallForALossAreRefused() {
    DistillationTrainer<Label> trainer =
        builder("bert_seqcls_dynamo", BERT)
            .batching(new Batching().batchSize(2))
            .objective(
                new DistillationObjective()
                    .featureTerms(new FeatureTerm("angles", new RkdAngle(), 1)))
            .build();

    assertThatThrownBy(() -> trainer.train(TEXTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("A batch has 2 examples, but RkdAngle(");
  }
}
