package org.tribuo.distill.transformer.internal.create;

import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.internal.InitialWeights;

/**
 * An untrained encoder in BERT's form (Devlin et al. 2019): embeddings of tokens and of positions,
 * and layers of attention and feed-forward with the normalisation behind each. Biases are 0,
 * normalisations 1, all other weights are drawn.
 *
 * @param vocabulary the number of tokens
 * @param positions the longest text in tokens
 * @param layers 1 or more
 * @param width the size of a hidden state, a multiple of the heads
 * @param heads of the attention
 * @param inner the width inside a feed-forward block, usually four times the width
 */
public record NewEncoder(int vocabulary, int positions, int layers, int width, int heads, int inner)
    implements UntrainedModel {
  /** The tokens: int64 [batch, positions]. */
  public static final String INPUT_IDS = "input_ids";

  /** 1 for a token, 0 for padding: int64 [batch, positions]. */
  public static final String ATTENTION_MASK = "attention_mask";

  /** What the last layer makes of the tokens: float [batch, positions, width]. */
  public static final String LAST_HIDDEN_STATE = "last_hidden_state";

  private static final float EPSILON = 1e-12f;

  /** What a score becomes whose key is padding. */
  private static final double HIDDEN_SCORE = -1e9;

  /**
   * @throws IllegalArgumentException if a number is below 1, or the heads do not divide the width
   */
  public NewEncoder {
    if (Math.min(Math.min(vocabulary, positions), Math.min(layers, Math.min(heads, inner))) < 1) {
      throw new IllegalArgumentException(
          "An encoder of %d tokens, %d positions, %d layers, %d heads and %d inner units, expected at least 1 of each"
              .formatted(vocabulary, positions, layers, heads, inner));
    }
    EncoderLayers.checkWidth(width, heads);
  }

  @Override
  public OnnxModel make(long seed) {
    Graph graph = Graph.empty(Ops.OPSET);
    TensorType tokens =
        TensorType.of(
            ElementType.INT64, Shape.of(Dimension.of("batch"), Dimension.of("positions")));
    graph.addInput(INPUT_IDS, tokens);
    graph.addInput(ATTENTION_MASK, tokens);
    return new Writer(graph, new InitialWeights(seed)).model();
  }

  /** Writes one model. */
  private final class Writer {
    private final Graph graph;
    private final Ops op;
    private final EncoderLayers layer;

    Writer(Graph graph, InitialWeights initial) {
      this.graph = graph;
      this.op = Ops.on(graph);
      this.layer =
          new EncoderLayers(
              op, initial, new EncoderLayers.Form(width, heads, inner, false, EPSILON));
    }

    OnnxModel model() {
      Value ids = graph.value(INPUT_IDS);
      Value mask = op.cast(graph.value(ATTENTION_MASK), ElementType.FLOAT);
      Value padding = op.mul(op.unsqueeze(op.oneMinus(mask), 1, 2), HIDDEN_SCORE);
      EncoderLayers.SelfAttention self = EncoderLayers.SelfAttention.hiding(padding);
      Value state = embeddings(ids);
      for (int number = 0; number < layers; number++) {
        state = layer.of("layers." + number, state, self);
      }
      graph.addOutput(op.named(LAST_HIDDEN_STATE, state).name());
      return graph.toModel();
    }

    private Value embeddings(Value ids) {
      Value words = op.gather(layer.weight("embeddings.words", vocabulary, width), ids, 0);
      Value numbers = op.range(op.squeeze(op.sizeOf(ids, 1), 0));
      Value places = op.gather(layer.weight("embeddings.positions", positions, width), numbers, 0);
      return layer.normalized("embeddings.norm", op.add(words, places));
    }
  }
}
