package org.tribuo.distill.transformer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.Activation.Site;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.ActivationValue.HeadLayout;
import org.tribuo.distill.transformer.internal.layer.LayerStacksTest;

class TransformerActivationsTest {
  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final int SIZE = 8;
  private static final int WIDTH = HEADS * SIZE;
  private static final float CLOSE = 1e-4f;

  /** Their scores are not the scaled products of queries and keys alone. */
  private static final Set<String> WITH_OTHER_SCORES =
      Set.of("deberta_v2_seqcls_optimum", "mpnet_seqcls_optimum", "t5_seq2seq_optimum");

  @ParameterizedTest
  @MethodSource("org.tribuo.distill.transformer.internal.ZooModel#withOneStack")
  void findsTheAttentionOfEachLayerInExportsOfEveryAgeAndArchitecture(String name)
      throws Exception {
    ZooModel model = ZooModel.of(name);
    Graph graph = model.graph();
    Normalization.applyForTraining(graph);
    TransformerActivations activations = TransformerActivations.find(graph);
    assertThat(activations.layers(Site.LAYERS)).isEqualTo(LAYERS);

    Map<String, Tensor> inside = ZooModel.run(withInsides(graph), model.inputs());
    activations.expose(graph, all());
    Map<String, Tensor> results = ZooModel.run(graph, model.inputs());

    for (int layer = 1; layer <= LAYERS; layer++) {
      check(Attention.of(results, Site.LAYERS, layer), inside, name);
    }
  }

  private static void check(Attention attention, Map<String, Tensor> inside, String name) {
    for (int row = 0; row < attention.rows(); row++) {
      attention.checkSoftmax(row);
      if (!WITH_OTHER_SCORES.contains(name)) {
        attention.checkScores(row);
      }
    }
    float[] context = attention.context();
    assertThat(inside.values())
        .as("what a layer makes of probabilities and values")
        .anyMatch(value -> isClose(value, context));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bart_seq2seq_ts14", "marian_seq2seq_ts17", "t5_seq2seq_optimum"})
  void findsTheAttentionOfBothStacksAndBetweenThem(String name) throws Exception {
    ZooModel model = ZooModel.of(name);
    Graph graph = model.graph();
    Normalization.applyForTraining(graph);
    TransformerActivations activations = TransformerActivations.find(graph);
    assertThat(activations.stacks()).containsExactly(Site.ENCODER, Site.DECODER);
    assertThat(activations.mask(Site.ENCODER)).contains("attention_mask");
    assertThat(activations.mask(Site.DECODER)).isEmpty();
    List<Site> sites = List.of(Site.ENCODER, Site.DECODER, Site.CROSS_ATTENTION);
    List<Activation> all = new ArrayList<>();
    for (Site site : sites) {
      assertThat(activations.layers(site)).isEqualTo(LAYERS);
      all().stream()
          .filter(each -> each.kind() != Kind.HIDDEN_STATE || site != Site.CROSS_ATTENTION)
          .forEach(each -> all.add(new Activation(site, each.kind(), each.layer())));
    }

    Map<String, Tensor> inside = ZooModel.run(withInsides(graph), model.inputs());
    activations.expose(graph, all);
    Map<String, Tensor> results = ZooModel.run(graph, model.inputs());

    for (Site site : sites) {
      for (int layer = 1; layer <= LAYERS; layer++) {
        check(Attention.of(results, site, layer), inside, name);
      }
    }
  }

  /** Of two masks each belongs to the stack that it reaches. */
  @Test
  void aDecoderMayHaveAMask() throws Exception {
    Graph graph = ZooModel.of("bart_seq2seq_ts14").normalized();
    graph.addInput("decoder_attention_mask", graph.value("decoder_input_ids").type());
    TransformerActivations activations = TransformerActivations.find(graph);

    assertThat(activations.mask(Site.ENCODER)).contains("attention_mask");
    assertThat(activations.mask(Site.DECODER)).contains("decoder_attention_mask");
  }

  @Test
  void describesBothStacks() throws Exception {
    assertThat(
            TransformerActivations.find(ZooModel.of("marian_seq2seq_ts17").normalized()).describe())
        .startsWith("encoder layers: 2, width 32, heads 4, boundaries ")
        .contains(
            "\nencoder attention of layer 2: scores ",
            "\ndecoder layers: 2, width 32, heads 4, boundaries ",
            "\ndecoder attention of layer 1: scores ",
            "\ncross attention of layer 2: scores ");
  }

  /** Only what is named is there; the mask is that of the stack. */
  @Test
  void statesOfAnEncoderAreNamedByHand() throws Exception {
    Graph graph = ZooModel.of("marian_seq2seq_ts17").normalized();
    TransformerActivations found = TransformerActivations.find(graph);
    Activation state = new Activation(Site.ENCODER, Kind.HIDDEN_STATE, 2);

    TransformerActivations named =
        TransformerActivations.find(graph, Map.of(state, found.get(state)));

    assertThat(named.stacks()).containsExactly(Site.ENCODER);
    assertThat(named.mask(Site.ENCODER)).contains("attention_mask");
    assertThat(named.firstState(Site.ENCODER)).isEqualTo(state);
    assertThatThrownBy(() -> named.layers(Site.DECODER))
        .isInstanceOf(GraphException.class)
        .hasMessage("There are no layers DECODER, expected one of [ENCODER]");
    Activation keys = new Activation(Site.CROSS_ATTENTION, Kind.KEYS, 1);
    assertThatThrownBy(
            () ->
                TransformerActivations.find(
                    graph, Map.of(state, found.get(state), keys, found.get(keys))))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("cannot be the keys of layer 1 of the cross attention")
        .hasMessageContaining("the model has the layers of [ENCODER]");
  }

  @Test
  void aStackThatIsNotFoundIsNamed() {
    Graph graph = LayerStacksTest.strange();
    Normalization.apply(graph);
    assertThatThrownBy(() -> TransformerActivations.find(graph))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("the layers of its decoder were not found");
  }

  private static List<Activation> all() {
    List<Activation> all = new ArrayList<>(List.of(new Activation(Kind.HIDDEN_STATE, 0)));
    for (int layer = 1; layer <= LAYERS; layer++) {
      for (Kind kind : Kind.values()) {
        all.add(new Activation(kind, layer));
      }
    }
    return all;
  }

  /** A copy whose outputs are all floats of three axes. */
  private static Graph withInsides(Graph graph) {
    Graph copy = graph.copy();
    for (var node : graph.topological()) {
      for (String output : node.outputs()) {
        TensorType type = graph.type(output).orElse(null);
        if (type != null
            && type.elementType().isFloat()
            && type.shape().filter(s -> s.rank() == 3).isPresent()
            && !copy.isOutput(output)) {
          copy.addOutput(output);
        }
      }
    }
    return copy;
  }

  private static boolean isClose(Tensor value, float[] expected) {
    float[] actual = value.toFloats();
    for (int i = 0; i < actual.length && actual.length == expected.length; i++) {
      if (Math.abs(actual[i] - expected[i]) > CLOSE) {
        return false;
      }
    }
    return actual.length == expected.length;
  }

  /** The attention of one layer, computed here from its parts. */
  private record Attention(
      int batch,
      int queries,
      int keys,
      float[] scores,
      float[] p,
      float[] q,
      float[] k,
      float[] v) {

    static Attention of(Map<String, Tensor> results, Site site, int layer) {
      Tensor scores = results.get(new Activation(site, Kind.ATTENTION_SCORES, layer).inputName());
      long batch = scores.dim(0);
      long queries = scores.dim(2);
      long keys = scores.dim(3);
      return new Attention(
          (int) batch,
          (int) queries,
          (int) keys,
          floats(results, Kind.ATTENTION_SCORES, site, layer, batch, HEADS, queries, keys),
          floats(results, Kind.ATTENTION_PROBABILITIES, site, layer, batch, HEADS, queries, keys),
          floats(results, Kind.QUERIES, site, layer, batch, queries, WIDTH),
          floats(results, Kind.KEYS, site, layer, batch, keys, WIDTH),
          floats(results, Kind.VALUES, site, layer, batch, keys, WIDTH));
    }

    private static float[] floats(
        Map<String, Tensor> results, Kind kind, Site site, int layer, long... dims) {
      Tensor tensor = results.get(new Activation(site, kind, layer).inputName());
      assertThat(tensor.dims()).as("%s of layer %d", kind, layer).containsExactly(dims);
      return tensor.toFloats();
    }

    /** Rows of scores: one for each example, head and query. */
    int rows() {
      return batch * HEADS * queries;
    }

    void checkSoftmax(int row) {
      float greatest = Float.NEGATIVE_INFINITY;
      for (int key = 0; key < keys; key++) {
        greatest = Math.max(greatest, scores[row * keys + key]);
      }
      double sum = 0;
      for (int key = 0; key < keys; key++) {
        sum += Math.exp(scores[row * keys + key] - greatest);
      }
      for (int key = 0; key < keys; key++) {
        float expected = (float) (Math.exp(scores[row * keys + key] - greatest) / sum);
        assertThat(p[row * keys + key]).isCloseTo(expected, within(CLOSE));
      }
    }

    void checkScores(int row) {
      for (int key = 0; key < keys; key++) {
        if (p[row * keys + key] > 0) {
          assertThat(scores[row * keys + key]).isCloseTo(product(row, key), within(CLOSE));
        }
      }
    }

    private float product(int row, int key) {
      double product = 0;
      for (int i = 0; i < SIZE; i++) {
        product += q[at(row, row % queries, queries, i)] * k[at(row, key, keys, i)];
      }
      return (float) (product / Math.sqrt(SIZE));
    }

    /** The index of a number of a head's vector, where all heads are side by side. */
    private int at(int row, int position, int positions, int i) {
      int example = row / (HEADS * queries);
      int head = row / queries % HEADS;
      return (example * positions + position) * WIDTH + head * SIZE + i;
    }

    float[] context() {
      float[] context = new float[batch * queries * WIDTH];
      for (int row = 0; row < rows(); row++) {
        for (int key = 0; key < keys; key++) {
          for (int i = 0; i < SIZE; i++) {
            context[at(row, row % queries, queries, i)] +=
                p[row * keys + key] * v[at(row, key, keys, i)];
          }
        }
      }
      return context;
    }
  }

  @Test
  void describesWhatItFound() throws Exception {
    TransformerActivations activations =
        TransformerActivations.find(ZooModel.of("bert_seqcls_dynamo").normalized());

    assertThat(activations.describe())
        .isEqualTo(
            """
            layers: 2, width 32, heads 4, boundaries layer_norm, layer_norm_2, layer_norm_4
            attention of layer 1: scores val_97, probabilities val_98, queries linear, keys linear_1, values linear_2
            attention of layer 2: scores val_167, probabilities val_168, queries linear_6, keys linear_7, values linear_8""");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert_seqcls_ts11", "gpt2_causal_optimum", "deberta_v2_seqcls_optimum"})
  void theMaskIsTheInputThatIsNotLookedUp(String name) throws Exception {
    assertThat(TransformerActivations.find(ZooModel.of(name).normalized()).mask(Site.LAYERS))
        .contains("attention_mask");
  }

  @Test
  void ofSeveralInputsTheMaskIsTheOneWithTheUsualName() throws Exception {
    Graph graph = ZooModel.of("bert_seqcls_ts11").normalized();
    graph.addInput("global_attention_mask", graph.value("attention_mask").type());
    assertThat(TransformerActivations.find(graph).mask(Site.LAYERS)).contains("attention_mask");

    Graph other = ZooModel.of("bert_seqcls_ts11").normalized();
    other.addInput("local_mask", other.value("attention_mask").type());
    other.addInput("global_mask", other.value("attention_mask").type());
    other.replaceUses("attention_mask", "local_mask");
    other.removeInput("attention_mask");
    assertThatThrownBy(() -> TransformerActivations.find(other))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "Each of the inputs [local_mask, global_mask] may distinguish tokens from padding: name the"
                + " one that does 'attention_mask'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vit_imgcls_dynamo",
        "wav2vec2_audiocls_ts17",
        "whisper_audiocls_dynamo",
        "ast_audiocls_ts17"
      })
  void imagesAndSoundHaveNoMask(String name) throws Exception {
    assertThat(TransformerActivations.find(ZooModel.of(name).normalized()).mask(Site.LAYERS))
        .isEmpty();
  }

  @Test
  void findsAttentionInEinsteinsNotation() throws Exception {
    ZooModel model = ZooModel.of("bert_qa_ts17");
    Graph graph = model.graph();
    for (Node node : List.copyOf(graph.nodes())) {
      if (node.is("MatMul") && !graph.isInitializer(node.inputs().get(1))) {
        graph.replace(
            node, "", "Einsum", Attributes.NONE.with("equation", "bhij,bhjk->bhik"), node.inputs());
      }
    }
    assertThat(graph.nodes()).filteredOn(node -> node.is("Einsum")).hasSize(2 * LAYERS);
    Normalization.applyForTraining(graph);

    TransformerActivations activations = TransformerActivations.find(graph);

    activations.expose(graph, all());
    Map<String, Tensor> results = ZooModel.run(graph, model.inputs());
    for (int layer = 1; layer <= LAYERS; layer++) {
      Attention attention = Attention.of(results, Site.LAYERS, layer);
      attention.checkSoftmax(0);
      attention.checkScores(0);
    }
  }

  @Test
  void whatSomebodyNamesTakesThePlaceOfWhatWasFound() throws Exception {
    Graph graph = ZooModel.of("bert_seqcls_dynamo").normalized();
    Activation queries = new Activation(Kind.QUERIES, 1);
    ActivationValue byHand =
        ActivationValue.vectors("transpose", HeadLayout.HEADS_FIRST, HEADS, SIZE);

    TransformerActivations found = TransformerActivations.find(graph);
    TransformerActivations named = TransformerActivations.find(graph, Map.of(queries, byHand));

    assertThat(named.get(queries)).isEqualTo(byHand);
    assertThat(named.get(new Activation(Kind.KEYS, 1)))
        .isEqualTo(found.get(new Activation(Kind.KEYS, 1)));
    Map<String, Tensor> inputs = ZooModel.of("bert_seqcls_dynamo").inputs();
    assertThat(exposed(graph, named, queries, inputs))
        .isEqualTo(exposed(graph, found, queries, inputs));
  }

  private static Tensor exposed(
      Graph graph,
      TransformerActivations activations,
      Activation activation,
      Map<String, Tensor> inputs)
      throws Exception {
    Graph copy = graph.copy();
    activations.expose(copy, List.of(activation));
    return ZooModel.run(copy, inputs).get(activation.inputName());
  }

  @Test
  void withHiddenStatesByHandNothingIsSearched() {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("state", TensorType.of(ElementType.FLOAT, -1, -1, 4));
    Map<Activation, ActivationValue> byHand = new LinkedHashMap<>();
    byHand.put(new Activation(Kind.HIDDEN_STATE, 3), ActivationValue.hiddenState("state", 4));

    TransformerActivations activations = TransformerActivations.find(graph, byHand);

    assertThat(activations.layers(Site.LAYERS)).isEqualTo(3);
    assertThat(activations.describe()).startsWith("layers: 3, named by hand");
    assertThatThrownBy(() -> activations.get(new Activation(Kind.KEYS, 2)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("The keys of layer 2 were not found")
        .hasMessageContaining("Looked for a Softmax between two matrix products")
        .hasMessageContaining("attention of layer 2: not found");
  }

  @Test
  void refusesValuesThatCannotBeTheActivation() throws Exception {
    Graph graph = ZooModel.of("bert_seqcls_dynamo").normalized();
    Activation scores = new Activation(Kind.ATTENTION_SCORES, 1);

    assertThatThrownBy(
            () ->
                TransformerActivations.find(
                    graph, Map.of(scores, ActivationValue.attention("linear", HEADS))))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("'linear' is FLOAT[batch, sequence, 32], and cannot be the")
        .hasMessageContaining("attention scores of layer 1: expected floats of 4 axes");
    assertThatThrownBy(
            () ->
                TransformerActivations.find(
                    graph, Map.of(scores, ActivationValue.attention("nothing", HEADS))))
        .isInstanceOf(GraphException.class)
        .hasMessage("The graph has no value 'nothing'");
  }

  @Test
  void refusesLayersThatTheModelLacks() throws Exception {
    TransformerActivations activations =
        TransformerActivations.find(ZooModel.of("bert_seqcls_ts11").normalized());

    assertThatThrownBy(() -> activations.get(new Activation(Kind.QUERIES, 3)))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("There is no layer 3, expected one from 1 to 2 (layers: 2, ");
    assertThatThrownBy(() -> new Activation(Kind.QUERIES, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "There are no queries of layer 0: layers count from 1, and 0 is the embeddings, which"
                + " have a hidden state only");
  }
}
