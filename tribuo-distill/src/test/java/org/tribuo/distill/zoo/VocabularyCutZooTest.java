package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.VocabularyCut;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTables;

/** Models of which some tokens are kept compute for these what they did before. */
class VocabularyCutZooTest {
  private static final double TOLERANCE = 1e-6;
  private static final String TOKENS = "input_ids";

  /** The visible models that read tokens. */
  static Stream<String> ofTokens() {
    return Stream.of(
        "albert_qa_optimum",
        "albert_seqcls_dynamo",
        "bart_seq2seq_ts14",
        "bert_multilabel_dynamo",
        "bert_qa_ts17",
        "bert_regression2_ts17",
        "bert_seqcls_dynamo",
        "bert_seqcls_optimum",
        "bert_seqcls_ort_extended",
        "bert_seqcls_ort_fused",
        "bert_seqcls_ts11",
        "bert_tokcls_ts14",
        "deberta_v2_seqcls_optimum",
        "distilbert_seqcls_optimum",
        "distilbert_tokcls_dynamo",
        "electra_tokcls_ts11",
        "gpt2_causal_optimum",
        "gpt2_causal_optimum_past",
        "gpt2_causal_ort_fused",
        "llama_causal_dynamo",
        "llama_causal_ort_extended",
        "llama_causal_ts17",
        "marian_seq2seq_ts17",
        "qwen2_causal_ts17",
        "minilm_embedding_ts14",
        "mpnet_seqcls_optimum",
        "roberta_seqcls_ts14",
        "t5_seq2seq_optimum");
  }

  /** Those whose logits are not of tokens too, so that a cut model has as many. */
  static Stream<String> ofOtherLogits() {
    return ofTokens().filter(name -> !name.contains("_causal_") && !name.contains("_seq2seq_"));
  }

  @ParameterizedTest
  @MethodSource("ofTokens")
  void keptTokensHaveTheSameOutputs(String name) throws Exception {
    Reduced reduced = Reduced.of(name);
    Graph whole = reduced.whole().graph();
    Graph cut = reduced.cut();

    assertThat(cut.outputs()).isEqualTo(whole.outputs());
    assertThat(cut.opset("")).isEqualTo(whole.opset(""));
    assertThat(cut.toModel().bytesOfInitializers())
        .isLessThan(reduced.whole().model().bytesOfInitializers());
    Map<String, Tensor> before =
        GraphRunner.run(reduced.whole().model(), reduced.zooCase().inputs());
    Map<String, Tensor> after = GraphRunner.run(cut.toModel(), reduced.inputs());
    for (String output : reduced.zooCase().studentOutputs()) {
      compare(
          output,
          Objects.requireNonNull(before.get(output)),
          Objects.requireNonNull(after.get(output)),
          reduced.rows(),
          reduced.kept());
    }
  }

  @ParameterizedTest
  @MethodSource("ofOtherLogits")
  void keptTokensHaveTheSameGradients(String name) throws Exception {
    Reduced reduced = Reduced.of(name);
    Map<String, Tensor> before =
        gradients(reduced.zooCase(), reduced.whole().model(), reduced.zooCase().inputs());
    Map<String, Tensor> after =
        gradients(reduced.zooCase(), reduced.cut().toModel(), reduced.inputs());

    assertThat(after.keySet()).isEqualTo(before.keySet());
    assertThat(after.values())
        .filteredOn(gradient -> gradient.rank() == 2)
        .filteredOn(gradient -> gradient.dim(0) == reduced.kept().length)
        .as("tables of tokens")
        .isNotEmpty();
    before.forEach(
        (weight, whole) ->
            compareRows(weight, whole, Objects.requireNonNull(after.get(weight)), reduced.kept()));
  }

  private static Map<String, Tensor> gradients(
      ZooCase zooCase, OnnxModel model, Map<String, Tensor> inputs) throws Exception {
    DifferentiatedCase differentiated = DifferentiatedCase.of(zooCase, model);
    differentiated.feeds().putAll(inputs);
    return differentiated.gradients(differentiated.run());
  }

  /** Of a table of tokens the rows of the kept ones are compared. */
  private static void compareRows(String weight, Tensor before, Tensor after, int[] kept) {
    float[] expected = before.toFloats();
    float[] actual = after.toFloats();
    boolean ofTokens = before.dim(0) != after.dim(0);
    int width = ofTokens ? (int) before.dim(1) : 1;
    assertThat(actual).as(weight).hasSize(ofTokens ? kept.length * width : expected.length);
    for (int i = 0; i < actual.length; i++) {
      int from = ofTokens ? kept[i / width] * width + i % width : i;
      assertThat((double) actual[i])
          .as("%s %d", weight, i)
          .isCloseTo(expected[from], within(TOLERANCE));
    }
  }

  /**
   * A model with the tokens of its inputs alone.
   *
   * @param inputs with the numbers that the tokens have then
   */
  private record Reduced(
      ZooCase zooCase,
      Transformer whole,
      long rows,
      int[] kept,
      Graph cut,
      Map<String, Tensor> inputs) {
    static Reduced of(String name) throws Exception {
      ZooCase zooCase =
          ZooCase.read(
              Path.of(
                  Objects.requireNonNull(VocabularyCutZooTest.class.getResource("/zoo/" + name))
                      .toURI()));
      Transformer whole = Transformer.of(zooCase.model());
      long rows = whole.embeddings().rows(TOKENS).orElseThrow();
      List<String> tokenInputs = tokenInputs(whole.embeddings(), rows);
      BitSet used = new BitSet();
      tokenInputs.forEach(
          input -> {
            for (long id : Objects.requireNonNull(zooCase.inputs().get(input)).toLongs()) {
              used.set((int) id);
            }
          });
      used.set(0, 4); // special tokens, of which some models look for one
      int[] kept = used.stream().toArray();
      Map<String, Tensor> renumbered = new LinkedHashMap<>(zooCase.inputs());
      tokenInputs.forEach(
          input -> renumbered.computeIfPresent(input, (key, ids) -> renumbered(ids, kept)));
      Graph cut = VocabularyCut.keep(whole, tokenInputs, kept);
      return new Reduced(zooCase, whole, rows, kept, cut, renumbered);
    }
  }

  private static List<String> tokenInputs(EmbeddingTables tables, long rows) {
    return tables.inputs().stream().filter(input -> tables.rows(input).orElse(0) == rows).toList();
  }

  private static Tensor renumbered(Tensor ids, int[] kept) {
    Map<Long, Long> places = new HashMap<>();
    for (int i = 0; i < kept.length; i++) {
      places.put((long) kept[i], (long) i);
    }
    long[] numbers = ids.toLongs();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Objects.requireNonNull(places.get(numbers[i]));
    }
    return Tensor.of(numbers, ids.dims()).cast(ids.elementType());
  }

  /** Logits over the vocabulary are compared for the kept tokens. */
  private static void compare(String output, Tensor before, Tensor after, long rows, int[] kept) {
    float[] expected = before.toFloats();
    float[] actual = after.toFloats();
    int last = before.rank() - 1;
    boolean ofTokens = before.dim(last) == rows;
    long[] dims = before.dims();
    dims[last] = ofTokens ? kept.length : dims[last];
    assertThat(after.dims()).as(output).isEqualTo(dims);
    int width = (int) after.dim(last);
    double largest =
        IntStream.range(0, expected.length).mapToDouble(i -> Math.abs(expected[i])).max().orElse(0);
    for (int i = 0; i < actual.length; i++) {
      int from = ofTokens ? (int) (i / width * rows) + kept[i % width] : i;
      assertThat((double) actual[i])
          .as("%s %d", output, i)
          .isCloseTo(expected[from], within(TOLERANCE * Math.max(1, largest)));
    }
  }
}
