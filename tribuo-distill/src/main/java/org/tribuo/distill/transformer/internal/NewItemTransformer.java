package org.tribuo.distill.transformer.internal;

import java.util.Optional;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * An untrained Transformer that predicts the next item at each position of a sequence, in the form
 * of SASRec (Kang and McAuley 2018, arXiv:1808.09781): embeddings of items, times the root of the
 * width, and of positions; layers of attention and feed-forward that read normalised states, where
 * a position attends to itself and those before it; a normalisation; and the products of its states
 * with the embeddings of all items as logits. Biases are 0, normalisations 1, all other weights are
 * drawn.
 *
 * @param items how many there are; their numbers are from 1, and 0 pads
 * @param positions the longest sequence
 * @param layers 1 or more
 * @param width the size of a hidden state, a multiple of the heads
 * @param heads of the attention
 * @param inner the width inside a feed-forward block
 */
public record NewItemTransformer(
    int items, int positions, int layers, int width, int heads, int inner) {
  /** The numbers of items, 0 behind the last: int64 [batch, positions]. */
  public static final String ITEM_IDS = "item_ids";

  private static final float EPSILON = 1e-8f;

  /** What a score becomes whose key comes later. */
  private static final double HIDDEN_SCORE = -1e9;

  /**
   * @throws IllegalArgumentException if a number is below 1, or the heads do not divide the width
   */
  public NewItemTransformer {
    if (Math.min(Math.min(items, positions), Math.min(layers, Math.min(heads, inner))) < 1) {
      throw new IllegalArgumentException(
          "A Transformer of %d items, %d positions, %d layers, %d heads and %d inner units, expected at least 1 of each"
              .formatted(items, positions, layers, heads, inner));
    }
    EncoderLayers.checkWidth(width, heads);
  }

  /**
   * The model, with the output {@link TaskHead#LOGITS}, float [batch, positions, items].
   *
   * @param seed of the weights: the same seed gives the same weights
   */
  public OnnxModel make(long seed) {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput(
        ITEM_IDS,
        TensorType.of(
            ElementType.INT64, Shape.of(Dimension.of("batch"), Dimension.of("positions"))));
    Ops op = Ops.on(graph);
    EncoderLayers layer =
        new EncoderLayers(
            op,
            new InitialWeights(seed),
            new EncoderLayers.Form(width, heads, inner, true, EPSILON));
    Value ids = graph.value(ITEM_IDS);
    Value numbers = op.range(op.squeeze(op.sizeOf(ids, 1), 0));
    Value table = layer.weight("embeddings.items", items + 1, width);
    Value state =
        op.add(
            op.mul(op.gather(table, ids, 0), Math.sqrt(width)),
            op.gather(layer.weight("embeddings.positions", positions, width), numbers, 0));
    Optional<Value> later = Optional.of(later(op, numbers));
    for (int number = 0; number < layers; number++) {
      state = layer.of("layers." + number, state, later);
    }
    Value last = layer.normalized("norm", state);
    Value ofItems = op.slice(table, 0, 1, items + 1);
    graph.addOutput(op.named(TaskHead.LOGITS, op.matmul(last, false, ofItems, true)).name());
    return graph.toModel();
  }

  /** What is added to the scores of attention: [queries, keys]. */
  private static Value later(Ops op, Value numbers) {
    Value isLater = op.greater(op.unsqueeze(numbers, 0), op.unsqueeze(numbers, 1));
    return op.mul(op.cast(isLater, ElementType.FLOAT), HIDDEN_SCORE);
  }
}
