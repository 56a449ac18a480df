package org.tribuo.distill.transformer.internal.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.create.NewEncoderDecoder;
import org.tribuo.distill.transformer.internal.create.SequenceForm;
import org.tribuo.distill.transformer.internal.cut.LayerCut;

/** The layers of encoder-decoders, of which either stack may have a single one. */
public class LayerStacksTest {
  static Stream<OnnxModel> models() {
    return Stream.of(
        Zoo.model("bart_seq2seq_ts14"),
        Zoo.model("marian_seq2seq_ts17"),
        Zoo.model("t5_seq2seq_optimum"),
        new NewEncoderDecoder(101, 16, 2, 2, 8, 2, 8, SequenceForm.USUAL).make(1));
  }

  private static LayerStacks stacks(Graph graph) {
    return Transformer.of(graph.toModel()).stacks();
  }

  private static List<String> boundaries(TransformerLayers layers) {
    return layers.layers().stream().flatMap(l -> Stream.of(l.start(), l.end())).toList();
  }

  /** A cut model is found with the boundaries that it had as a whole. */
  @ParameterizedTest
  @MethodSource("models")
  void aSingleLayerIsFoundInEitherStack(OnnxModel model) {
    Graph whole = Graph.of(model);
    LayerStacks found = stacks(whole);
    TransformerLayers encoder = found.encoder().orElseThrow();
    TransformerLayers decoder = found.decoder().orElseThrow();
    assertThat(encoder.count()).isEqualTo(2);
    assertThat(decoder.count()).isEqualTo(2);

    Graph oneAndTwo = LayerCut.keep(whole, encoder, List.of(0));
    Graph twoAndOne = LayerCut.keep(whole, decoder, List.of(0));
    Graph both = LayerCut.keep(oneAndTwo, decoder, List.of(0));

    List<String> first = boundaries(encoder).subList(0, 2);
    List<String> second = boundaries(decoder).subList(0, 2);
    assertThat(boundaries(stacks(oneAndTwo).encoder().orElseThrow())).isEqualTo(first);
    assertThat(stacks(oneAndTwo).decoder().orElseThrow().count()).isEqualTo(2);
    assertThat(stacks(twoAndOne).encoder().orElseThrow().count()).isEqualTo(2);
    assertThat(boundaries(stacks(twoAndOne).decoder().orElseThrow())).isEqualTo(second);
    assertThat(boundaries(stacks(both).encoder().orElseThrow())).isEqualTo(first);
    assertThat(boundaries(stacks(both).decoder().orElseThrow())).isEqualTo(second);
    assertThat(stacks(both).decoder().orElseThrow().heads()).isEqualTo(decoder.heads());
    boolean isNormalizedLast = encoder.output().equals(encoder.hiddenState(2));
    assertThat(stacks(both).encoder().orElseThrow().output())
        .isEqualTo(isNormalizedLast ? encoder.hiddenState(1) : encoder.output());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 3", "3, 1", "2, 3", "4, 2"})
  void asManyLayersAreFoundAsWereMade(int ofEncoder, int ofDecoder) {
    LayerStacks found =
        stacks(
            Graph.of(
                new NewEncoderDecoder(101, 16, ofEncoder, ofDecoder, 8, 2, 8, SequenceForm.USUAL)
                    .make(1)));
    assertThat(found.encoder().orElseThrow().count()).isEqualTo(ofEncoder);
    assertThat(found.decoder().orElseThrow().count()).isEqualTo(ofDecoder);
  }

  /** Behind a single layer that normalises first, the last normalisation is not part of it. */
  @ParameterizedTest
  @CsvSource({"gpt2_causal_optimum", "llama_causal_ts17", "bert_seqcls_ts11", "vit_imgcls_dynamo"})
  void aSingleLayerEndsWhereItEndedAmongOthers(String name) {
    Graph whole = Graph.of(Zoo.model(name));
    TransformerLayers layers = TransformerLayers.find(whole);

    TransformerLayers single = TransformerLayers.find(LayerCut.keep(whole, layers, List.of(1)));

    assertThat(boundaries(single)).containsExactly(layers.embeddings(), layers.hiddenState(2));
    assertThat(single.output()).isEqualTo(layers.output());
  }

  /** An encoder-decoder whose decoder attends in no known form. */
  public static Graph strange() {
    Graph graph =
        Graph.of(new NewEncoderDecoder(101, 16, 2, 1, 8, 2, 8, SequenceForm.USUAL).make(1));
    Set<String> ofDecoder = Dependants.of(graph, "decoder_input_ids");
    List<Node> attending =
        graph.nodes().stream()
            .filter(node -> node.is("Softmax") && ofDecoder.contains(node.output()))
            .toList();
    for (Node node : attending) {
      graph.replace(node, "", "Sigmoid", node.attributes().without("axis"), node.inputs());
    }
    return graph;
  }

  @Test
  void layersThatAreNotFoundAreNotLeftOutSilently() {
    Graph graph = strange();

    assertThat(stacks(graph).decoder()).isEmpty();
    assertThatThrownBy(() -> TransformerLayers.find(graph))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("The model has 2 layers from '")
        .hasMessageContaining(
            "it is an encoder-decoder, of which the layers of the other stack were not found");
  }
}
