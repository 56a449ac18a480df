package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.FixedShapes;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.generation.GeneratedTokensFactory;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.student.PrunedStudent.Choice;
import org.tribuo.distill.student.PrunedStudent.Stack;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.BlockNormalization;
import org.tribuo.distill.transformer.PositionEncoding;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.LayerStacks;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Layers of encoder-decoders: those of either stack, found by structure. */
class PrunedStacksTest {
  private static final int VOCABULARY = 101;

  @TempDir private Path folder;

  private static MutableDataset<GeneratedTokens> pairs() {
    SplittableRandom random = new SplittableRandom(1);
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(Vocabulary.ofSize(VOCABULARY));
    MutableDataset<GeneratedTokens> pairs =
        new MutableDataset<>(new SimpleDataSourceProvenance("pairs", outputs), outputs);
    for (int i = 0; i < 24; i++) {
      pairs.add(
          TokenSequence.of(random.ints(2 + i % 5, 5, 40).toArray())
              .toExample(
                  TokenSequence.of(1),
                  GeneratedTokens.of(random.ints(1 + i % 3, 5, 40).toArray())));
    }
    return pairs;
  }

  private static DistilledModel<GeneratedTokens> train(StudentSource student) {
    return train(student, 16);
  }

  private static DistilledModel<GeneratedTokens> train(StudentSource student, int maxLength) {
    return DistillationTrainer.<GeneratedTokens>builder()
        .student(student)
        .epochs(1)
        .optimizer(new AdamWOptimizer().learningRate(1e-12f).weightDecay(0))
        .batching(new Batching().batchSize(8).maxLength(maxLength))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1))
        .build()
        .train(pairs());
  }

  private static float[] logits(OnnxModel model) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(new long[] {7, 8, 9, 10}, 1, 4));
    inputs.put("attention_mask", Tensor.of(new long[] {1, 1, 1, 1}, 1, 4));
    inputs.put("decoder_input_ids", Tensor.of(new long[] {1, 20, 21}, 1, 3));
    return OnnxRun.of(model, inputs, "logits");
  }

  /** A graph in which a layer makes what it reads, which is the same cut made by hand. */
  private static OnnxModel without(OnnxModel model, Stack stack, int layer) {
    Graph graph = Graph.of(model);
    LayerStacks stacks = Transformer.of(model).stacks();
    var layers = (stack == Stack.ENCODER ? stacks.encoder() : stacks.decoder()).orElseThrow();
    graph.replaceUses(layers.hiddenState(layer), layers.hiddenState(layer - 1));
    graph.removeUnused();
    return graph.toModel();
  }

  @ParameterizedTest
  @CsvSource({
    "bart_seq2seq_ts14, ENCODER, 1",
    "bart_seq2seq_ts14, ENCODER, 2",
    "bart_seq2seq_ts14, DECODER, 1",
    "bart_seq2seq_ts14, DECODER, 2",
    "marian_seq2seq_ts17, ENCODER, 1",
    "marian_seq2seq_ts17, ENCODER, 2",
    "marian_seq2seq_ts17, DECODER, 1",
    "marian_seq2seq_ts17, DECODER, 2",
    "t5_seq2seq_optimum, ENCODER, 1",
    "t5_seq2seq_optimum, ENCODER, 2",
    "t5_seq2seq_optimum, DECODER, 1",
    "t5_seq2seq_optimum, DECODER, 2"
  })
  void aLayerOfEitherStackGoes(String name, Stack stack, int kept) throws Exception {
    Path cut = folder.resolve("cut.onnx");
    StudentSource student =
        PrunedStudent.keeping(List.of(kept), OnnxStudent.of(Zoo.file(name))).stack(stack);
    try (DistilledModel<GeneratedTokens> model = train(student)) {
      model.exportOnnx(cut);
    }
    float[] expected = logits(without(Zoo.model(name), stack, 3 - kept));
    assertThat(logits(OnnxModel.read(cut))).containsExactly(expected, within(1e-4f));
    assertThat(expected).isNotEqualTo(logits(Zoo.model(name)));
  }

  static Stream<Arguments> newForms() {
    return Arrays.stream(PositionEncoding.values())
        .flatMap(
            positions ->
                Arrays.stream(BlockNormalization.values())
                    .map(normalization -> Arguments.of(positions, normalization)));
  }

  /** New encoder-decoders, of either stack the first of two layers. */
  @ParameterizedTest
  @MethodSource("newForms")
  void newModelsOfEachFormAreCut(PositionEncoding positions, BlockNormalization normalization)
      throws Exception {
    Path whole = folder.resolve("whole.onnx");
    ScratchEncoderDecoderStudent student =
        ScratchEncoderDecoderStudent.of(2, 2, 16, 2)
            .withPositions(16)
            .withPositionEncoding(positions)
            .withNormalization(normalization)
            .withTiedEmbeddings(normalization == BlockNormalization.BEFORE);
    try (DistilledModel<GeneratedTokens> model = train(student)) {
      model.exportOnnx(whole);
    }
    for (Stack stack : Stack.values()) {
      Path cut = folder.resolve("cut.onnx");
      try (DistilledModel<GeneratedTokens> model =
          train(PrunedStudent.keeping(List.of(1), OnnxStudent.of(whole)).stack(stack))) {
        model.exportOnnx(cut);
      }
      float[] expected = logits(without(OnnxModel.read(whole), stack, 2));
      assertThat(logits(OnnxModel.read(cut))).containsExactly(expected, within(1e-4f));
      assertThat(expected).isNotEqualTo(logits(OnnxModel.read(whole)));
    }
  }

  /** In either order: a stack of one layer is found again. */
  @ParameterizedTest
  @CsvSource({"ENCODER, DECODER", "DECODER, ENCODER"})
  void bothStacksAreCut(Stack first, Stack second) throws Exception {
    Path cut = folder.resolve("both.onnx");
    StudentSource student =
        PrunedStudent.keeping(
                1,
                PrunedStudent.keeping(1, OnnxStudent.of(Zoo.file("bart_seq2seq_ts14")))
                    .stack(first))
            .stack(second);
    try (DistilledModel<GeneratedTokens> model = train(student)) {
      model.exportOnnx(cut);
    }
    OnnxModel withoutOne = without(Zoo.model("bart_seq2seq_ts14"), Stack.ENCODER, 2);
    OnnxModel byHand = without(withoutOne, Stack.DECODER, 2);
    assertThat(logits(OnnxModel.read(cut))).containsExactly(logits(byHand), within(1e-4f));
    assertThat(logits(byHand)).isNotEqualTo(logits(withoutOne));
  }

  @Test
  void theLayersOfMostInfluenceStay() {
    try (DistilledModel<GeneratedTokens> model =
        train(
            PrunedStudent.keeping(2, Choice.INFLUENCE, ScratchEncoderDecoderStudent.of(3, 3, 16, 2))
                .stack(Stack.DECODER))) {
      assertThat(model.getProvenance().toString())
          .containsPattern("Of 3 layers of the decoder \\d, \\d stay; the influence of each is");
    }
  }

  /** What a model of a fixed length reads behind a text is padding, and no position of the text. */
  @ParameterizedTest
  @EnumSource(Stack.class)
  void paddingHasNoInfluence(Stack stack) throws Exception {
    Path fixed =
        FixedShapes.write(
            Zoo.model("bart_seq2seq_ts14"),
            Map.of("input_ids", 9L, "attention_mask", 9L),
            folder.resolve("fixed.onnx"));
    List<String> made = new ArrayList<>();
    for (Path file : List.of(Zoo.file("bart_seq2seq_ts14"), fixed)) {
      StudentSource student =
          PrunedStudent.keeping(1, Choice.INFLUENCE, OnnxStudent.of(file)).stack(stack);
      try (DistilledModel<GeneratedTokens> model = train(student, 9)) {
        Matcher of =
            Pattern.compile("the influence of each is [0-9., ]+[0-9]")
                .matcher(model.getProvenance().toString());
        assertThat(of.find()).isTrue();
        made.add(of.group());
      }
    }
    assertThat(made.get(1)).isEqualTo(made.get(0));
  }

  @ParameterizedTest
  @CsvSource({"3, 1", "1, 3", "1, 1"})
  void oneStackIsNotTakenForTheWholeModel(int ofEncoder, int ofDecoder) {
    StudentSource whole = ScratchEncoderDecoderStudent.of(ofEncoder, ofDecoder, 16, 2);
    for (StudentSource changed :
        List.of(PrunedStudent.keeping(1, whole), NarrowedStudent.of(whole, 8))) {
      assertThatThrownBy(() -> train(changed))
          .hasMessageContaining("The model has two stacks of layers, ")
          .hasMessageContaining("which its stack is to state");
    }
  }

  @Test
  void aStackThatIsNotThereIsRefused() throws Exception {
    assertThatThrownBy(
            () -> train(PrunedStudent.keeping(1, ScratchEncoderDecoderStudent.of(2, 2, 8, 2))))
        .hasMessageContaining("two stacks of layers, 2 from '")
        .hasMessageContaining("a PrunedStudent cuts either of them, which its stack is to state");
    assertThatThrownBy(
            () ->
                train(
                    PrunedStudent.keeping(2, ScratchEncoderDecoderStudent.of(2, 1, 8, 2))
                        .stack(Stack.DECODER)))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("has 1 layers, expected at least 2");
    assertThatThrownBy(
            () ->
                train(
                    PrunedStudent.keeping(3, ScratchEncoderDecoderStudent.of(2, 4, 8, 2))
                        .stack(Stack.ENCODER)))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("has 2 layers, expected at least 3");
    Example<GeneratedTokens> text = TokenSequence.of(5, 6).toExample(GeneratedTokens.of(7));
    GeneratedTokensFactory outputs = new GeneratedTokensFactory(Vocabulary.ofSize(VOCABULARY));
    assertThatThrownBy(
            () ->
                DistillationTrainer.<GeneratedTokens>builder()
                    .student(
                        PrunedStudent.keeping(1, OnnxStudent.of(Zoo.file("gpt2_causal_optimum")))
                            .stack(Stack.DECODER))
                    .build()
                    .train(
                        new MutableDataset<>(
                            List.of(text, text),
                            new SimpleDataSourceProvenance("texts", outputs),
                            outputs)))
        .hasMessageContaining("one stack of 2 layers")
        .hasMessageContaining("omit the stack");
  }
}
