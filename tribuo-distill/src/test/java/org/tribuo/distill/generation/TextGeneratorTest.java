package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.student.ScratchTokenStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.internal.cut.LayerCut;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;
import org.tribuo.test.Helpers;

class TextGeneratorTest {
  private static final Path TOKENIZER = TinyStories.tokenizer();

  @TempDir private static Path folder;
  private static Path model;

  /** It counts from wherever a text begins, and ends it behind w20. */
  @BeforeAll
  static void aModelLearnsToCount() throws Exception {
    StringBuilder texts = new StringBuilder();
    for (int first = 10; first < 20; first++) {
      IntStream.rangeClosed(first, 20).forEach(word -> texts.append("w").append(word).append(" "));
      texts.append("\n");
    }
    Path data = Files.writeString(folder.resolve("texts.txt"), texts);
    model = folder.resolve("model.onnx");
    DistillationTrainer<GeneratedTokens> trainer =
        DistillationTrainer.<GeneratedTokens>builder()
            .student(ScratchTokenStudent.of(1, 16, 2).withPositions(16))
            .epochs(60)
            .optimizer(new AdamWOptimizer().learningRate(2e-2f))
            .batching(new Batching().batchSize(5))
            .trainingGraph(new TrainingGraphOptions().dropout(0))
            .device(Device.cpu(1))
            .build();
    PlainTextDataSource source =
        PlainTextDataSource.builder(data, TOKENIZER).specialTokens("[CLS]", "[SEP]").read();
    try (DistilledModel<GeneratedTokens> trained = trainer.train(new MutableDataset<>(source))) {
      trained.exportOnnx(model);
    }
  }

  private static TextGenerator.Builder generator() {
    return TextGenerator.builder(model, TOKENIZER)
        .specialTokens("[CLS]", "[SEP]")
        .device(Device.cpu(1));
  }

  @Test
  void theLikeliestTokenIsTakenUntilTheTextEnds() {
    try (TextGenerator generator = generator().open()) {
      GeneratedText text = generator.generate("w15 w16");
      assertThat(text.text()).isEqualTo("w15 w16 w17 w18 w19 w20");
      assertThat(text.stopped()).isTrue();
      assertThat(text.tokens().length()).isEqualTo(4);
      assertThat(text.tokens().logLikelihood()).isBetween(-1.0, 0.0);
      assertThat(generator.generate("w20").tokens()).isEqualTo(GeneratedTokens.unknown());
      assertThat(generator.generate("").text()).matches("w1\\d( w\\d+)* w20");
    }
    try (TextGenerator few = generator().maxTokens(2).open()) {
      assertThat(few.generate("w15 w16").text()).isEqualTo("w15 w16 w17 w18");
      assertThat(few.generate("w15 w16").stopped()).isFalse();
    }
  }

  /** The same tokens as one finds by running the exported file by hand, past its positions too. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2_causal_optimum_past", "llama_causal_ts17"})
  void tokensAreThoseOfPlainRuns(String name) throws Exception {
    checkTokens(Zoo.file(name));
  }

  /** The first layer, of which the length of the past was read, is cut away. */
  @Test
  void ofALayerWithAPastTokensAreThoseOfPlainRuns() throws Exception {
    Graph graph = Graph.of(Zoo.model("gpt2_causal_optimum_past"));
    Path cut = folder.resolve("cut.onnx");
    LayerCut.keep(graph, TransformerLayers.find(graph), List.of(1)).toModel().write(cut);
    checkTokens(cut);
  }

  private static void checkTokens(Path file) throws Exception {
    OnnxModel exported = OnnxModel.read(file);
    try (TextGenerator generator =
        TextGenerator.builder(file, TOKENIZER).maxTokens(8).device(Device.cpu(1)).open()) {
      GeneratedTokens generated = generator.generate("w7 w8").tokens();
      Vocabulary tokens = Vocabulary.of(TOKENIZER);
      int[] all = {tokens.id("w7").getAsInt(), tokens.id("w8").getAsInt()};
      double logLikelihood = 0;
      for (int i = 0; i < 8; i++) {
        double[] logs = CausalZooTest.logProbabilities(exported, all)[all.length - 1];
        int best =
            IntStream.range(0, logs.length).reduce((a, b) -> logs[b] > logs[a] ? b : a).getAsInt();
        logLikelihood += logs[best];
        all = Arrays.copyOf(all, all.length + 1);
        all[all.length - 1] = best;
      }
      assertThat(generated.tokens()).isEqualTo(Arrays.copyOfRange(all, 2, 10));
      assertThat(generated.logLikelihood()).isEqualTo(logLikelihood, within(1e-3));
    }
  }

  @Test
  void aTextThatIsLongerThanTheModelReadsGoesOnFromItsEnd() {
    try (TextGenerator generator =
        TextGenerator.builder(model, TOKENIZER).device(Device.cpu(1)).maxTokens(30).open()) {
      assertThat(generator.generate("w10 w11").tokens().length()).isEqualTo(30);
    }
  }

  @Test
  void whatIsDrawnDependsOnTheSeed() {
    TokenSampling hot = new TokenSampling().temperature(4).topK(20);
    try (TextGenerator one = generator().sampling(hot.seed(1)).open();
        TextGenerator same = generator().sampling(hot.seed(1)).open();
        TextGenerator other = generator().sampling(hot.seed(2)).open();
        TextGenerator cold = generator().sampling(hot.topK(1)).open()) {
      assertThat(one.generate("w11")).isEqualTo(one.generate("w11"));
      assertThat(one.generate("w11")).isEqualTo(same.generate("w11"));
      assertThat(one.generate("w11")).isNotEqualTo(other.generate("w11"));
      assertThat(cold.generate("w11").text()).endsWith("w19 w20");
    }
  }

  @Test
  void aGeneratorComesFromXml() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="generator" type="org.tribuo.distill.generation.TextGenerator">
                <property name="path" value="%s"/>
                <property name="tokenizer" value="%s"/>
                <property name="beginToken" value="[CLS]"/>
                <property name="stopToken" value="[SEP]"/>
                <property name="sampling" value="sampling"/>
              </component>
              <component name="sampling" type="org.tribuo.distill.generation.TokenSampling">
                <property name="topK" value="1"/>
              </component>
            </config>
            """
                .formatted(model, TOKENIZER));
    try (TextGenerator generator =
        (TextGenerator) new ConfigurationManager(xml.toString()).lookup("generator")) {
      assertThat(generator.generate("w18").text()).isEqualTo("w18 w19 w20");
      Helpers.testProvenanceMarshalling(generator.getProvenance());
    }
  }

  /** An empty prompt has no use for the tokenizer, which would refuse it. */
  @Test
  void aClosedGeneratorRefusesEachPrompt() {
    TextGenerator generator = generator().open();
    generator.close();
    generator.close();
    for (List<String> prompts : List.of(List.of("w15"), List.of(""), List.<String>of())) {
      assertThatThrownBy(() -> generator.generate(prompts))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("The generator of '%s' is closed".formatted(model));
    }
  }

  @Test
  void whatCannotBeUsedIsNamed() {
    try (TextGenerator generator = TextGenerator.of(model, TOKENIZER)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> generator.generate(""))
          .withMessage(
              "The prompt is empty, and there is no beginToken to start from; state one of them");
    }
    assertThatThrownBy(() -> generator().beginToken("<s>").open())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: beginToken, is '<s>', which");
    assertThatThrownBy(() -> generator().maxTokens(0).open())
        .hasMessageContaining("Property: maxTokens, is 0, expected 1 or more");
    assertThatThrownBy(() -> TextGenerator.of(Zoo.file("bert_seqcls_optimum"), TOKENIZER))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("cannot be read as a language model")
        .cause()
        .hasMessageContaining("has no output for 101 labels");
    assertThatThrownBy(() -> TextGenerator.of(folder.resolve("gone.onnx"), TOKENIZER))
        .hasMessageContaining("gone.onnx, expected an ONNX model");
  }
}
