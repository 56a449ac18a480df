package org.tribuo.distill.transformer.internal.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.ZooModel;
import org.tribuo.distill.transformer.internal.layer.Layer;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

class LayerCutTest {
  private static final Offset<Float> CLOSE = Offset.offset(1e-5f);

  /** Caches come and go with their layers: that has a test of its own. */
  static Stream<String> withoutCaches() {
    return ZooModel.withOneStack().filter(name -> !name.endsWith("_past"));
  }

  @ParameterizedTest
  @MethodSource("withoutCaches")
  void theFirstLayersAndTheHeadComputeWhatTheyDoInTheTeacher(String name) throws Exception {
    ZooModel model = ZooModel.of(name);
    Graph teacher = model.graph();
    TransformerLayers layers = TransformerLayers.find(teacher);
    Map<String, Tensor> inputs = model.inputs();

    Map<String, Tensor> whole = ZooModel.run(LayerCut.keep(teacher, layers, List.of(0, 1)), inputs);
    assertThat(whole).isEqualTo(ZooModel.run(teacher, inputs));

    Graph student = LayerCut.keep(teacher, layers, List.of(0));
    assertThat(student.opset("")).isEqualTo(teacher.opset(""));
    assertThat(student.inputs()).isEqualTo(teacher.inputs());
    assertThat(student.outputs()).isEqualTo(teacher.outputs());
    assertThat(nodeNames(teacher)).containsAll(nodeNames(student));
    assertThat(student.nodes()).hasSizeLessThan(teacher.nodes().size());
    assertSame(
        ZooModel.run(student, inputs), headOf(teacher, layers, layers.hiddenState(1), inputs));
  }

  @Test
  void theLastLayerAloneReadsTheEmbeddings() throws Exception {
    ZooModel model = ZooModel.of("bert_tokcls_ts14");
    Graph teacher = model.graph();
    TransformerLayers layers = TransformerLayers.find(teacher);

    Graph student = LayerCut.keep(teacher, layers, List.of(1));

    assertThat(TransformerLayers.find(student).embeddings()).isEqualTo(layers.embeddings());
    assertThat(TransformerLayers.find(student).count()).isEqualTo(1);
    assertThat(student.initializers().keySet())
        .contains("bert.encoder.layer.1.output.dense.bias", "classifier.bias")
        .doesNotContain("bert.encoder.layer.0.output.dense.bias");
    assertThat(ZooModel.run(student, model.inputs())).isNotEmpty();
  }

  @Test
  void outputsAndInputsOfALayerThatGoesGoWithIt() throws Exception {
    ZooModel model = ZooModel.of("gpt2_causal_optimum_past");
    Graph teacher = model.graph();

    Graph student = LayerCut.keep(teacher, TransformerLayers.find(teacher), List.of(0));

    assertThat(teacher.outputs()).contains("present.0.key", "present.1.key");
    assertThat(student.outputs()).containsExactly("logits", "present.0.key", "present.0.value");
    assertThat(student.inputs().keySet())
        .contains("past_key_values.0.key")
        .doesNotContain("past_key_values.1.key", "past_key_values.1.value");
    assertThat(ZooModel.run(student, model.inputs())).containsKey("logits");
  }

  /** Exporters read of the first layer how long the past is, and programs count from 0. */
  @Test
  void keysAndValuesAreThoseOfTheLayersThatAreLeft() throws Exception {
    ZooModel model = ZooModel.of("gpt2_causal_optimum_past");
    Graph teacher = model.graph();
    Graph student = LayerCut.keep(teacher, TransformerLayers.find(teacher), List.of(1));

    assertThat(student.outputs()).containsExactly("logits", "present.0.key", "present.0.value");
    assertThat(student.inputs().keySet())
        .containsExactlyInAnyOrder(
            "input_ids",
            "attention_mask",
            "position_ids",
            "past_key_values.0.key",
            "past_key_values.0.value");
    long[] ids = {7, 20, 33, 46, 59};
    float[] whole = run(student, Map.of(), 0, ids).get("logits").toFloats();
    int columns = whole.length / ids.length;
    Map<String, Tensor> past = Map.of();
    for (int i = 0; i < ids.length; i++) {
      Map<String, Tensor> step = run(student, past, i, ids[i]);
      assertThat(step.get("logits").toFloats())
          .containsExactly(Arrays.copyOfRange(whole, i * columns, (i + 1) * columns), CLOSE);
      past = step;
    }
  }

  /** The first of two decoders reads whole texts, and outputs what it would keep. */
  @Test
  void keysAndValuesThatAreOutputAloneAreCountedToo() throws Exception {
    Graph teacher = ZooModel.of("gpt2_causal_optimum_past").graph();
    String nothing = teacher.setInitializer("nothing", Tensor.of(new float[0], 1, 4, 0, 8)).name();
    for (String input : List.copyOf(teacher.inputs().keySet())) {
      if (input.startsWith("past_key_values")) {
        teacher.replaceUses(input, nothing);
        teacher.removeInput(input);
      }
    }
    Graph student = LayerCut.keep(teacher, TransformerLayers.find(teacher), List.of(1));

    assertThat(student.outputs()).containsExactly("logits", "present.0.key", "present.0.value");
  }

  /** Tokens behind those whose keys and values are among the outputs of the run before. */
  private static Map<String, Tensor> run(
      Graph student, Map<String, Tensor> before, int past, long... ids) throws Exception {
    long[] mask = new long[past + ids.length];
    Arrays.fill(mask, 1);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(ids, 1, ids.length));
    inputs.put("attention_mask", Tensor.of(mask, 1, mask.length));
    inputs.put(
        "position_ids",
        Tensor.of(LongStream.range(past, past + ids.length).toArray(), 1, ids.length));
    for (String kind : List.of(".0.key", ".0.value")) {
      inputs.put(
          "past_key_values" + kind,
          before.getOrDefault("present" + kind, Tensor.of(new float[0], 1, 4, 0, 8)));
    }
    return ZooModel.run(student, inputs);
  }

  @Test
  void anOutputThatIsTheLastHiddenStateKeepsItsName() throws Exception {
    ZooModel model = ZooModel.of("minilm_embedding_ts14");
    Graph teacher = model.graph();
    TransformerLayers layers = TransformerLayers.find(teacher);
    List<String> states = layers.expose(teacher, List.of(1, 2));
    Map<String, Tensor> expected = ZooModel.run(teacher, model.inputs());

    Graph student = LayerCut.keep(teacher, layers, List.of(0));

    assertThat(student.outputs()).isEqualTo(teacher.outputs());
    Map<String, Tensor> results = ZooModel.run(student, model.inputs());
    assertThat(results.get(states.get(1))).isEqualTo(expected.get(states.get(0)));
  }

  @ParameterizedTest
  @CsvSource({"6, 2, '0,5'", "12, 3, '0,5,11'", "4, 4, '0,1,2,3'", "6, 1, '0'"})
  void spreadsLayersFromTheFirstToTheLast(int layers, int kept, String expected) {
    assertThat(
            LayerCut.spread(layers, kept).stream()
                .map(Object::toString)
                .collect(Collectors.joining(",")))
        .isEqualTo(expected);
  }

  @Test
  void saysWhichLayersThereAre() throws Exception {
    Graph teacher = ZooModel.of("bert_seqcls_dynamo").graph();
    TransformerLayers layers = TransformerLayers.find(teacher);

    assertThatThrownBy(() -> LayerCut.keep(teacher, layers, List.of(0, 2)))
        .hasMessage(
            "Cannot keep layers [0, 2] of 2, expected numbers from 0 to 1 in ascending order");
    assertThatThrownBy(() -> LayerCut.keep(teacher, layers, List.of(1, 0)))
        .hasMessageContaining("in ascending order");
    assertThatThrownBy(() -> LayerCut.keep(teacher, layers, List.of()))
        .hasMessage("Cannot keep none of 2 layers, expected at least one");
    assertThatThrownBy(() -> LayerCut.spread(6, 7))
        .hasMessage("Cannot keep 7 of 6 layers, expected a number from 1 to 6");
  }

  /** Exporters read in one layer how long the text is, and use it in all of them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bart_seq2seq_ts14",
        "marian_seq2seq_ts17",
        "t5_seq2seq_optimum",
        "gpt2_causal_optimum",
        "gpt2_causal_optimum_past",
        "llama_causal_dynamo",
        "llama_causal_ts17",
        "qwen2_causal_ts17"
      })
  void noWeightOfALayerThatGoesIsLeft(String name) throws Exception {
    Graph teacher = ZooModel.of(name).graph();
    Graph normalized = ZooModel.of(name).normalized();
    for (TransformerLayers layers : TransformerLayers.stacks(teacher, normalized)) {
      for (int kept : List.of(0, layers.count() - 1)) {
        Set<String> left = LayerCut.keep(teacher, layers, List.of(kept)).initializers().keySet();
        for (int layer = 0; layer < layers.count(); layer++) {
          Set<String> own = weightsOfOne(teacher, layers, layer);
          assertThat(own).as("layer %d", layer).isNotEmpty();
          if (layer == kept) {
            assertThat(left).containsAll(own);
          } else {
            assertThat(left).as("%d of %s", kept, layers).doesNotContainAnyElementsOf(own);
          }
        }
      }
    }
  }

  /** The weights that one layer's hidden state is made of, and no other layer's. */
  private static Set<String> weightsOfOne(Graph graph, TransformerLayers layers, int layer) {
    Set<String> own = weights(graph, layers.layers().get(layer));
    layers.layers().stream()
        .filter(other -> other.index() != layer)
        .forEach(other -> own.removeAll(weights(graph, other)));
    return own;
  }

  private static Set<String> weights(Graph graph, Layer layer) {
    Set<String> seen = new HashSet<>(Set.of(layer.start()));
    Deque<String> waiting = new ArrayDeque<>(List.of(layer.end()));
    while (!waiting.isEmpty()) {
      graph
          .producer(waiting.pop())
          .filter(node -> !StandardOperators.has(node, Operator.Trait.READS_SIZES))
          .ifPresent(node -> node.reads().stream().filter(seen::add).forEach(waiting::push));
    }
    seen.removeIf(value -> !graph.isInitializer(value));
    seen.removeIf(
        value ->
            graph.initializer(value).elementType() != ElementType.FLOAT
                || graph.initializer(value).elements() == 1);
    return seen;
  }

  private static Set<String> nodeNames(Graph graph) {
    return graph.nodes().stream().map(Node::name).collect(Collectors.toSet());
  }

  /** Runs what is behind the last layer on another hidden state of the same model. */
  private static Map<String, Tensor> headOf(
      Graph teacher, TransformerLayers layers, String state, Map<String, Tensor> inputs)
      throws Exception {
    Graph tapped = teacher.copy();
    tapped.setType(state, layers.stateType());
    tapped.addOutput(state);
    Tensor value = ZooModel.run(tapped, inputs).get(state);
    String last = layers.hiddenState(layers.count());
    Graph head = teacher.copy();
    head.remove(head.producer(last).orElseThrow());
    head.addInput(last, layers.stateType());
    head.removeUnused();
    Map<String, Tensor> fed = new HashMap<>(inputs);
    fed.put(last, value);
    return ZooModel.run(head, fed);
  }

  private static void assertSame(Map<String, Tensor> actual, Map<String, Tensor> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          float[] values = actual.get(name).toFloats();
          float[] wanted = tensor.toFloats();
          for (int i = 0; i < wanted.length; i++) {
            assertThat(values[i]).as("%s[%d]", name, i).isCloseTo(wanted[i], CLOSE);
          }
        });
  }
}
