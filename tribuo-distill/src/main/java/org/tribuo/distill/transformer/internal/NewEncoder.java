package org.tribuo.distill.transformer.internal;

import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

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
public record NewEncoder(
    int vocabulary, int positions, int layers, int width, int heads, int inner) {
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
    if (width < 1 || width % heads != 0) {
      throw new IllegalArgumentException(
          "The width is %d, expected a multiple of the %d heads".formatted(width, heads));
    }
  }

  /**
   * The encoder as a model.
   *
   * @param seed of the weights: the same seed gives the same weights
   */
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
    private final InitialWeights initial;

    Writer(Graph graph, InitialWeights initial) {
      this.graph = graph;
      this.op = Ops.on(graph);
      this.initial = initial;
    }

    OnnxModel model() {
      Value ids = graph.value(INPUT_IDS);
      Value mask = op.cast(graph.value(ATTENTION_MASK), ElementType.FLOAT);
      Value hidden = op.mul(op.unsqueeze(op.oneMinus(mask), 1, 2), HIDDEN_SCORE);
      Value state = embeddings(ids);
      for (int layer = 0; layer < layers; layer++) {
        state = layer("layers." + layer, state, hidden);
      }
      graph.addOutput(op.named(LAST_HIDDEN_STATE, state).name());
      return graph.toModel();
    }

    private Value embeddings(Value ids) {
      Value words = op.gather(weight("embeddings.words", vocabulary, width), ids, 0);
      Value numbers = op.range(op.squeeze(op.sizeOf(ids, 1), 0));
      Value places = op.gather(weight("embeddings.positions", positions, width), numbers, 0);
      return normalized("embeddings.norm", op.add(words, places));
    }

    /**
     * @param hidden what is added to the scores: [batch, 1, 1, positions]
     */
    private Value layer(String name, Value state, Value hidden) {
      Value attended =
          normalized(name + ".attention.norm", op.add(attention(name, state, hidden), state));
      Value inner = linear(name + ".inner", attended, inner());
      Value active = op.one("Gelu", inner.type(), inner);
      Value fed = linear(name + ".outer", active, width);
      return normalized(name + ".norm", op.add(fed, attended));
    }

    private Value attention(String name, Value state, Value hidden) {
      Value query = split(linear(name + ".attention.query", state, width));
      Value key = split(linear(name + ".attention.key", state, width));
      Value value = split(linear(name + ".attention.value", state, width));
      double scale = 1 / Math.sqrt((double) width / heads);
      Value scores = op.mul(op.matmul(query, false, key, true), scale);
      Value weights = op.softmax(op.add(scores, hidden), -1);
      Value merged = op.transpose(op.matmul(weights, value), 0, 2, 1, 3);
      return linear(name + ".attention.output", op.reshape(merged, 0, 0, width), width);
    }

    /** [batch, positions, width] to [batch, heads, positions, width / heads]. */
    private Value split(Value x) {
      return op.transpose(op.reshape(x, 0, 0, heads, width / heads), 0, 2, 1, 3);
    }

    private Value linear(String name, Value x, int columns) {
      long rows = ((Dimension.Fixed) x.shape().orElseThrow().dimension(-1)).size();
      Value product = op.matmul(x, weight(name + ".weight", rows, columns));
      return op.add(product, filled(name + ".bias", 0, columns));
    }

    private Value normalized(String name, Value x) {
      return op.one(
          "LayerNormalization",
          Attributes.NONE.with("axis", -1L).with("epsilon", EPSILON),
          x.type(),
          x,
          filled(name + ".scale", 1, width),
          filled(name + ".bias", 0, width));
    }

    private Value weight(String name, long rows, long columns) {
      return graph.setInitializer(name, initial.matrix(rows, columns));
    }

    private Value filled(String name, float number, int length) {
      float[] values = new float[length];
      java.util.Arrays.fill(values, number);
      return graph.setInitializer(name, Tensor.of(values, length));
    }
  }
}
