package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.oracle.labs.mlrg.olcut.config.ConfigurationData;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.RecordedSteps;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.loss.AttentionForm;
import org.tribuo.distill.loss.AttentionKl;
import org.tribuo.distill.loss.AttentionMse;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.loss.TinyBert;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.ScratchEncoderDecoderStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Activation.Site;
import org.tribuo.test.Helpers;

/** Losses on what is inside of encoder-decoders: of either stack, and of the attention between. */
class TranslationActivationsTest {
  private static final Path BART = Zoo.file("bart_seq2seq_ts14");
  private static final LayerMap UNIFORM = LayerMap.uniform();
  private static final int LAYERS = 2;

  /** Sources and targets of different lengths, so that both have padding, each its own. */
  private static final int[][] SOURCES = {{7, 8}, {9, 10, 11, 12, 13}, {14}, {15, 16, 17}};

  private static final int[][] TARGETS = {{30, 31, 2}, {32, 2}, {33, 34, 35, 36, 2}, {2}};

  /** Losses that read everything. */
  private static final FeatureTerm[] ALL = {
    new FeatureTerm("recipe", new TinyBert(), 0.1f),
    new FeatureTerm("relations", new MiniLm(4)).at(Site.CROSS_ATTENTION),
    new FeatureTerm("relations_of_target", new MiniLm(4)).at(Site.DECODER),
    new FeatureTerm("cross", new AttentionKl(UNIFORM, AttentionForm.PROBABILITIES))
        .at(Site.CROSS_ATTENTION),
  };

  private static MutableDataset<GeneratedTokens> pairs() {
    List<Example<GeneratedTokens>> pairs = new ArrayList<>();
    for (int i = 0; i < SOURCES.length; i++) {
      pairs.add(
          TinyTranslations.example(
              SOURCES[i], TinyTranslations.START, GeneratedTokens.of(TARGETS[i])));
    }
    return TinyTranslations.dataset(pairs);
  }

  private static DistillationTrainer.Builder<GeneratedTokens> trainer(
      StudentSource student, Path teacher, FeatureTerm... terms) {
    return DistillationTrainer.<GeneratedTokens>builder()
        .student(student)
        .teacher(OnnxTeacher.of(teacher))
        .objective(new DistillationObjective().featureTerms(terms))
        .epochs(1)
        .optimizer(new AdamWOptimizer().learningRate(1e-2f))
        .batching(new Batching().batchSize(8).maxLength(16))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1));
  }

  // ---- values, computed here from what ONNX Runtime makes of one pair at a time, as it is
  // exported

  /** The names of values of a file, by its exporter. */
  private record Names(String encoder, String decoder, String ofEncoder, String ofDecoder) {
    static Names of(String model) {
      if (model.startsWith("t5")) {
        return new Names(
            "/encoder/block.%d/layer.1/Add_output_0",
            "/decoder/block.%d/layer.2/Add_output_0",
            "/encoder/block.%d/layer.0/SelfAttention/Softmax_output_0",
            "/decoder/block.%d/layer.1/EncDecAttention/Softmax_output_0");
      }
      String norm =
          "/final_layer_norm/"
              + (model.startsWith("bart") ? "Add_1_output_0" : "LayerNormalization_output_0");
      return new Names(
          "/model/encoder/layers.%d" + norm,
          "/model/decoder/layers.%d" + norm,
          "/model/encoder/layers.%d/self_attn/Softmax_output_0",
          "/model/decoder/layers.%d/encoder_attn/Softmax_output_0");
    }
  }

  private static float[] inside(String model, int pair, String pattern, int layer) {
    Graph graph = Graph.of(Zoo.model(model));
    String value = pattern.formatted(layer);
    int rank = value.contains("Softmax") && !model.startsWith("bart") ? 4 : 3;
    long[] dims = new long[rank];
    Arrays.fill(dims, -1);
    graph.setType(value, TensorType.of(ElementType.FLOAT, dims));
    graph.addOutput(value);
    int[] source = SOURCES[pair];
    int[] read = TinyTranslations.read(TARGETS[pair]);
    long[] mask = new long[source.length];
    Arrays.fill(mask, 1);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(TinyTranslations.longs(source), 1, source.length));
    inputs.put("attention_mask", Tensor.of(mask, 1, source.length));
    inputs.put("decoder_input_ids", Tensor.of(TinyTranslations.longs(read), 1, read.length));
    return OnnxRun.of(graph.toModel(), inputs, value);
  }

  /** The sum of squared differences over all numbers of all pairs, by their number. */
  private static double meanSquare(
      String student, String ofStudent, String teacher, String ofTeacher) {
    double sum = 0;
    for (int layer = 0; layer < LAYERS; layer++) {
      double squares = 0;
      int numbers = 0;
      for (int pair = 0; pair < SOURCES.length; pair++) {
        float[] s = inside(student, pair, ofStudent, layer);
        float[] t = inside(teacher, pair, ofTeacher, layer);
        assertThat(s).hasSameSizeAs(t);
        for (int i = 0; i < s.length; i++) {
          squares += Math.pow((double) s[i] - t[i], 2);
        }
        numbers += s.length;
      }
      sum += squares / numbers;
    }
    return sum;
  }

  /** The divergence over the keys, by the number of heads and queries. */
  private static double meanDivergence(
      String student, String ofStudent, String teacher, String ofTeacher) {
    double sum = 0;
    for (int layer = 0; layer < LAYERS; layer++) {
      double divergence = 0;
      int queries = 0;
      for (int pair = 0; pair < SOURCES.length; pair++) {
        float[] s = inside(student, pair, ofStudent, layer);
        float[] t = inside(teacher, pair, ofTeacher, layer);
        for (int i = 0; i < s.length; i++) {
          divergence += t[i] * (Math.log(t[i]) - Math.log(s[i]));
        }
        queries += s.length / SOURCES[pair].length;
      }
      sum += divergence / queries;
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "bart_seq2seq_ts14, t5_seq2seq_optimum",
    "marian_seq2seq_ts17, bart_seq2seq_ts14",
    "t5_seq2seq_optimum, marian_seq2seq_ts17"
  })
  void lossesCompareWhatBothModelsComputeOfEachPairAlone(String student, String teacher) {
    AttentionForm probabilities = AttentionForm.PROBABILITIES;
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(
                OnnxStudent.of(Zoo.file(student)),
                Zoo.file(teacher),
                new FeatureTerm("states", new HiddenStateMse(UNIFORM)),
                new FeatureTerm("of_target", new HiddenStateMse(UNIFORM)).at(Site.DECODER),
                new FeatureTerm("reading", new AttentionMse(UNIFORM, probabilities))
                    .at(Site.ENCODER),
                new FeatureTerm("crossing", new AttentionMse(UNIFORM, probabilities))
                    .at(Site.CROSS_ATTENTION),
                new FeatureTerm("divergence", new AttentionKl(UNIFORM, probabilities))
                    .at(Site.CROSS_ATTENTION),
                new FeatureTerm("of_scores", new AttentionKl(UNIFORM, AttentionForm.SCORES))
                    .at(Site.CROSS_ATTENTION))
            .build();
    trainer.setListener(steps);
    trainer.train(pairs()).close();

    Names s = Names.of(student);
    Names t = Names.of(teacher);
    double encoder = meanSquare(student, s.encoder(), teacher, t.encoder());
    double decoder = meanSquare(student, s.decoder(), teacher, t.decoder());
    double divergence = meanDivergence(student, s.ofDecoder(), teacher, t.ofDecoder());
    Map<String, Double> expected =
        Map.of(
            "states", encoder + decoder,
            "states.encoder", encoder,
            "states.decoder", decoder,
            "of_target", decoder,
            "reading", meanSquare(student, s.ofEncoder(), teacher, t.ofEncoder()),
            "crossing", meanSquare(student, s.ofDecoder(), teacher, t.ofDecoder()),
            "divergence", divergence,
            "of_scores", divergence);
    Map<String, Float> terms = steps.firstTerms();
    expected.forEach(
        (term, value) ->
            assertThat((double) Objects.requireNonNull(terms.get(term), term))
                .as(term)
                .isPositive()
                .isEqualTo(value, within(1e-4 * value + 1e-7)));
    assertThat(terms).doesNotContainKeys("of_target.decoder", "crossing.decoder");
  }

  // ---- trainings

  /** With one layer on either side, of another width: states are projected. */
  @Test
  void aStudentOfSingleLayersComesNearer(@TempDir Path folder) throws Exception {
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(ScratchEncoderDecoderStudent.of(1, 1, 16, 2).withPositions(24), BART, ALL)
            .epochs(30)
            .build();
    trainer.setListener(steps);
    Path file = folder.resolve("student.onnx");
    try (DistilledModel<GeneratedTokens> model = trainer.train(pairs())) {
      model.exportOnnx(file);
    }
    assertThat(OnnxModel.read(file).initializers().keySet())
        .noneMatch(name -> name.startsWith("projection"));
    Map<String, Float> first = steps.firstTerms();
    Map<String, Float> last = steps.lastTerms();
    assertThat(first)
        .containsKeys(
            "recipe.encoder",
            "recipe.decoder",
            "recipe.encoder.attention",
            "recipe.decoder.embeddings");
    for (FeatureTerm term : ALL) {
      assertThat(last.get(term.name())).as(term.name()).isLessThan(.8f * first.get(term.name()));
    }
  }

  /** The projections of both are of the same layers. */
  @Test
  void aTermMayHaveTheNameOfAnotherAndASite() {
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(
                ScratchEncoderDecoderStudent.of(1, 1, 16, 2).withPositions(24),
                BART,
                new FeatureTerm("states", new HiddenStateMse(UNIFORM)),
                new FeatureTerm("states_encoder", new HiddenStateMse(UNIFORM)).at(Site.ENCODER))
            .build();
    trainer.setListener(steps);
    trainer.train(pairs()).close();
    assertThat(steps.firstTerms()).containsKeys("states.encoder", "states_encoder");
  }

  @Test
  void aStageMayCompareTheEncodersAlone() {
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(OnnxStudent.of(BART), Zoo.file("t5_seq2seq_optimum"))
            .stages(
                TrainingStage.of("inside", 1)
                    .learningFrom(TrainingStage.From.ACTIVATIONS)
                    .objective(
                        new DistillationObjective()
                            .featureTerms(
                                new FeatureTerm("states", new HiddenStateMse()).at(Site.ENCODER))),
                TrainingStage.of("response", 1))
            .build();
    trainer.setListener(steps);
    trainer.train(pairs()).close();
    assertThat(steps.firstTerms()).containsOnlyKeys("loss", "states", "gradient_norm");
  }

  @Test
  void activationsThatAreKeptTeachTheSame() {
    MutableDataset<GeneratedTokens> pairs = TinyTranslations.dataset(20, 1, 6, 7);
    List<Map<String, Float>> last = new ArrayList<>();
    for (long bytes : new long[] {0, 20_000, 1L << 26}) {
      RecordedSteps steps = new RecordedSteps();
      DistillationTrainer<GeneratedTokens> trainer =
          trainer(OnnxStudent.of(BART), Zoo.file("t5_seq2seq_optimum"), ALL)
              .activationTeacher(
                  OnnxTeacher.of(Zoo.file("t5_seq2seq_optimum")).activationCacheBytes(bytes))
              .optimizer(new AdamWOptimizer().learningRate(1e-4f))
              .epochs(3)
              .build();
      trainer.setListener(steps);
      try (DistilledModel<GeneratedTokens> model = trainer.train(pairs)) {
        String reused =
            model
                .getProvenance()
                .getInstanceProvenance()
                .getMap()
                .get("training-activations-reused")
                .toString();
        assertThat(Integer.parseInt(reused)).isBetween(bytes == 0 ? 0 : 2, bytes == 0 ? 0 : 40);
      }
      last.add(steps.lastTerms());
    }
    last.get(0)
        .forEach(
            (term, value) -> {
              assertThat(last.get(1).get(term)).as(term).isCloseTo(value, withinPercentage(.1));
              assertThat(last.get(2).get(term)).as(term).isCloseTo(value, withinPercentage(.1));
            });
  }

  // ---- configuration

  @ParameterizedTest
  @EnumSource(
      value = Site.class,
      names = {"ENCODER", "DECODER", "CROSS_ATTENTION"})
  void theSiteIsConfigured(Site site, @TempDir Path folder) throws Exception {
    Path file = folder.resolve("config.xml");
    Files.writeString(
        file,
        """
        <config>
          <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="student" value="student"/>
            <property name="teacher" value="teacher"/>
            <property name="objective" value="objective"/>
          </component>
          <component name="student" type="org.tribuo.distill.student.OnnxStudent">
            <property name="path" value="%1$s"/>
          </component>
          <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
            <property name="path" value="%1$s"/>
          </component>
          <component name="objective" type="org.tribuo.distill.loss.DistillationObjective">
            <propertylist name="featureTerms"><item>relations</item></propertylist>
          </component>
          <component name="relations" type="org.tribuo.distill.loss.FeatureTerm">
            <property name="name" value="relations"/>
            <property name="loss" value="minilm"/>
            <property name="site" value="%2$s"/>
          </component>
          <component name="minilm" type="org.tribuo.distill.loss.MiniLm">
            <property name="relationHeads" value="4"/>
          </component>
        </config>
        """
            .formatted(BART, site));
    try (ConfigurationManager manager = new ConfigurationManager(file.toString())) {
      DistillationTrainer<GeneratedTokens> trainer = cast(manager.lookup("trainer"));
      assertThat(again(trainer).getProvenance()).isEqualTo(trainer.getProvenance());
      RecordedSteps steps = new RecordedSteps();
      trainer.setListener(steps);
      try (DistilledModel<GeneratedTokens> model = trainer.train(pairs())) {
        Helpers.testProvenanceMarshalling(model.getProvenance());
        assertThat(model.getProvenance().toString()).contains("site=" + site);
      }
      assertThat(steps.firstTerms().get("relations")).isPositive();
    }
  }

  /** As its provenance configures it. */
  private static DistillationTrainer<?> again(DistillationTrainer<?> trainer) throws Exception {
    List<ConfigurationData> data = ProvenanceUtil.extractConfiguration(trainer.getProvenance());
    try (ConfigurationManager manager = new ConfigurationManager()) {
      manager.addConfiguration(data);
      return (DistillationTrainer<?>) manager.lookup(data.get(0).getName());
    }
  }

  @SuppressWarnings("unchecked")
  private static DistillationTrainer<GeneratedTokens> cast(Object trainer) {
    return (DistillationTrainer<GeneratedTokens>) trainer;
  }

  // ---- what is refused

  private static void refused(FeatureTerm term, String... messages) {
    for (String message : messages) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> trainer(OnnxStudent.of(BART), BART, term).build().train(pairs()))
          .withMessageContaining(message);
    }
  }

  @Test
  void theCrossAttentionHasNoHiddenStates() {
    refused(
        new FeatureTerm("states", new HiddenStateMse()).at(Site.CROSS_ATTENTION),
        "The cross attention has no hidden states: compare those of the DECODER, or the attention");
  }

  @Test
  void layersThatAreNotThereAreNamed() {
    refused(
        new FeatureTerm("states", new HiddenStateMse()).at(Site.LAYERS),
        "'states' compares the site LAYERS, but the student has the stacks [ENCODER, DECODER]",
        "omit the site");
    refused(
        new FeatureTerm("states", new HiddenStateMse(LayerMap.of(new LayerMap.LayerPair(3, 1))))
            .at(Site.DECODER),
        "names layer 3 of the student, which has 2");
    MutableDataset<GeneratedTokens> texts = TinyStories.dataset(10, 3, 5, 1);
    Path gpt2 = Zoo.file("gpt2_causal_optimum");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(
                        OnnxStudent.of(gpt2),
                        gpt2,
                        new FeatureTerm("states", new HiddenStateMse()).at(Site.DECODER))
                    .build()
                    .train(texts))
        .withMessageContaining(
            "'states' compares the site DECODER, but the student has one stack of layers")
        .withMessageContaining("omit the site");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(OnnxStudent.of(gpt2), gpt2, new FeatureTerm("states", new HiddenStateMse()))
                    .activationTeacher(OnnxTeacher.of(BART))
                    .build()
                    .train(texts))
        .withMessageContaining(
            "'states' compares the layers of the student, which has one stack of layers, with those of"
                + " the teacher, which has the stacks [ENCODER, DECODER]; take an encoder-decoder for both, or for none");
  }
}
