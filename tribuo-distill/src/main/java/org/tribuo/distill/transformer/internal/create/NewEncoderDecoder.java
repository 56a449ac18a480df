package org.tribuo.distill.transformer.internal.create;

import java.util.Optional;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.internal.InitialWeights;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * An untrained Transformer that reads a source and predicts the next token at each position of its
 * target (Vaswani et al. 2017, arXiv:1706.03762): an encoder, and a decoder that attends to what
 * the encoder has read. One table has the embeddings of source and target; the logits are the
 * products of the last states with it, or with a matrix of their own. Biases are 0, normalisations
 * 1, all other weights are drawn.
 *
 * @param vocabulary the number of tokens
 * @param positions the longest source, and the longest target
 * @param encoderLayers 1 or more
 * @param decoderLayers 1 or more
 * @param width the size of a hidden state, a multiple of the heads
 * @param heads of the attention
 * @param inner the width inside a feed-forward block
 * @param form where normalisations are, how positions are distinguished, whether embeddings are
 *     tied
 */
public record NewEncoderDecoder(
    int vocabulary,
    int positions,
    int encoderLayers,
    int decoderLayers,
    int width,
    int heads,
    int inner,
    SequenceForm form)
    implements UntrainedModel {
  private static final String DECODER_INPUT_IDS = "decoder_input_ids";

  private static final float EPSILON = 1e-5f;

  /** What a score becomes whose key comes later, or is padding. */
  private static final double HIDDEN_SCORE = -1e9;

  /**
   * @throws IllegalArgumentException if a number is below 1, the heads do not divide the width, or
   *     the positions do not fit what they leave
   */
  public NewEncoderDecoder {
    if (IntStream.of(vocabulary, positions, encoderLayers, decoderLayers, heads, inner)
        .anyMatch(number -> number < 1)) {
      throw new IllegalArgumentException(
          "A Transformer of %d tokens, %d positions, %d and %d layers, %d heads and %d inner units, expected at least 1 of each"
              .formatted(vocabulary, positions, encoderLayers, decoderLayers, heads, inner));
    }
    form.check(width, heads);
  }

  /**
   * {@inheritDoc} Its output is {@link TaskHead#LOGITS}, float [batch, target positions, tokens].
   */
  @Override
  public OnnxModel make(long seed) {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput(NewEncoder.INPUT_IDS, tokens("source positions"));
    graph.addInput(NewEncoder.ATTENTION_MASK, tokens("source positions"));
    graph.addInput(DECODER_INPUT_IDS, tokens("target positions"));
    return new Writer(graph, new InitialWeights(seed)).model();
  }

  private static TensorType tokens(String positions) {
    return TensorType.of(
        ElementType.INT64, Shape.of(Dimension.of("batch"), Dimension.of(positions)));
  }

  /** Writes one model. */
  private final class Writer {
    private final Graph graph;
    private final Ops op;
    private final EncoderLayers layer;
    private final PositionWriter places;

    Writer(Graph graph, InitialWeights initial) {
      this.graph = graph;
      this.op = Ops.on(graph);
      this.layer =
          new EncoderLayers(
              op,
              initial,
              new EncoderLayers.Form(width, heads, inner, form.normalizedFirst(), EPSILON));
      this.places = new PositionWriter(op, layer, form.positions(), positions, width, heads);
    }

    OnnxModel model() {
      Value table = layer.weight("embeddings.tokens", vocabulary, width);
      Value mask = op.cast(graph.value(NewEncoder.ATTENTION_MASK), ElementType.FLOAT);
      Value padding = op.mul(op.unsqueeze(op.oneMinus(mask), 1, 2), HIDDEN_SCORE);
      Value source = encoded(table, padding);
      Value last = decoded(table, source, padding);
      graph.addOutput(op.named(TaskHead.LOGITS, logits(last, table)).name());
      return graph.toModel();
    }

    private Value encoded(Value table, Value padding) {
      Value ids = graph.value(NewEncoder.INPUT_IDS);
      Value numbers = places.numbers(ids);
      Value state = embedded("encoder", table, ids, numbers);
      EncoderLayers.SelfAttention self =
          new EncoderLayers.SelfAttention(
              Optional.of(padding), places.rotation("encoder.rotation", numbers));
      for (int number = 0; number < encoderLayers; number++) {
        state = layer.of("encoder.layers." + number, state, self);
      }
      return layer.last("encoder.norm", state);
    }

    private Value decoded(Value table, Value source, Value padding) {
      Value ids = graph.value(DECODER_INPUT_IDS);
      Value numbers = places.numbers(ids);
      Value isLater = op.greater(op.unsqueeze(numbers, 0), op.unsqueeze(numbers, 1));
      Value later = op.mul(op.cast(isLater, ElementType.FLOAT), HIDDEN_SCORE);
      Value state = embedded("decoder", table, ids, numbers);
      EncoderLayers.SelfAttention self =
          new EncoderLayers.SelfAttention(
              Optional.of(later), places.rotation("decoder.rotation", numbers));
      for (int number = 0; number < decoderLayers; number++) {
        state = layer.decoding("decoder.layers." + number, state, self, source, padding);
      }
      return layer.last("decoder.norm", state);
    }

    private Value embedded(String stack, Value table, Value ids, Value numbers) {
      Value rows = op.mul(op.gather(table, ids, 0), form.factor(width));
      return places.added(stack + ".positions", rows, numbers);
    }

    private Value logits(Value states, Value table) {
      return form.tiedEmbeddings()
          ? op.matmul(states, false, table, true)
          : op.matmul(states, layer.weight("output.weight", width, vocabulary));
    }
  }
}
