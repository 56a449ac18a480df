package org.tribuo.distill.transformer.internal.create;

import java.util.Optional;
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
 * An untrained Transformer that predicts what comes next at each position of a sequence: embeddings
 * of what is read; layers of attention and feed-forward, where a position attends to itself and
 * those before it; and the products of its states with the embeddings, or with a matrix of their
 * own, as logits. Biases are 0, normalisations 1, all other weights are drawn.
 *
 * @param kind of what is read and predicted
 * @param symbols how many of them there are
 * @param positions the longest sequence
 * @param layers 1 or more
 * @param width the size of a hidden state, a multiple of the heads
 * @param heads of the attention
 * @param inner the width inside a feed-forward block
 * @param form where normalisations are, how positions are distinguished, whether embeddings are
 *     tied
 */
public record NewDecoder(
    Kind kind,
    int symbols,
    int positions,
    int layers,
    int width,
    int heads,
    int inner,
    SequenceForm form)
    implements UntrainedModel {
  /** What a score becomes whose key comes later, or is padding. */
  private static final double HIDDEN_SCORE = -1e9;

  /** What is read and predicted. */
  public enum Kind {
    /**
     * Items, in the form of SASRec (Kang and McAuley 2018, arXiv:1808.09781): their numbers are
     * from 1, and 0 pads; embeddings are multiplied by the root of the width.
     */
    ITEMS("item_ids", 1e-8f),
    /**
     * Tokens, in the form of GPT-2 (Radford et al. 2019): their ids are from 0, and a mask
     * distinguishes them from padding.
     */
    TOKENS("input_ids", 1e-5f);

    private static final String ATTENTION_MASK = "attention_mask";

    private final String input;
    private final float epsilon;

    Kind(String input, float epsilon) {
      this.input = input;
      this.epsilon = epsilon;
    }

    private String plural() {
      return this == ITEMS ? "items" : "tokens";
    }
  }

  /**
   * @throws IllegalArgumentException if a number is below 1, the heads do not divide the width, or
   *     the positions do not fit what they leave
   */
  public NewDecoder {
    if (Math.min(Math.min(symbols, positions), Math.min(layers, Math.min(heads, inner))) < 1) {
      throw new IllegalArgumentException(
          "A Transformer of %d %s, %d positions, %d layers, %d heads and %d inner units, expected at least 1 of each"
              .formatted(symbols, kind.plural(), positions, layers, heads, inner));
    }
    form.check(width, heads);
  }

  /** {@inheritDoc} Its output is {@link TaskHead#LOGITS}, float [batch, positions, symbols]. */
  @Override
  public OnnxModel make(long seed) {
    Graph graph = Graph.empty(Ops.OPSET);
    TensorType whole =
        TensorType.of(
            ElementType.INT64, Shape.of(Dimension.of("batch"), Dimension.of("positions")));
    graph.addInput(kind.input, whole);
    if (kind == Kind.TOKENS) {
      graph.addInput(Kind.ATTENTION_MASK, whole);
    }
    Ops op = Ops.on(graph);
    EncoderLayers layer =
        new EncoderLayers(
            op,
            new InitialWeights(seed),
            new EncoderLayers.Form(width, heads, inner, form.normalizedFirst(), kind.epsilon));
    PositionWriter places =
        new PositionWriter(op, layer, form.positions(), positions, width, heads);
    Value ids = graph.value(kind.input);
    Value numbers = places.numbers(ids);
    Value table = table(layer);
    Value state = places.added("embeddings.positions", embedded(op, table, ids), numbers);
    EncoderLayers.SelfAttention self =
        new EncoderLayers.SelfAttention(
            Optional.of(hidden(op, numbers)), places.rotation("rotation", numbers));
    for (int number = 0; number < layers; number++) {
      state = layer.of("layers." + number, state, self);
    }
    Value logits = logits(op, layer, layer.last("norm", state), table);
    graph.addOutput(op.named(TaskHead.LOGITS, logits).name());
    return graph.toModel();
  }

  /** The products of states with one row for each that may come next. */
  private Value logits(Ops op, EncoderLayers layer, Value states, Value table) {
    if (!form.tiedEmbeddings()) {
      return op.matmul(states, layer.weight("output.weight", width, symbols));
    }
    Value predicted = kind == Kind.ITEMS ? op.slice(table, 0, 1, symbols + 1) : table;
    return op.matmul(states, false, predicted, true);
  }

  private Value table(EncoderLayers layer) {
    return layer.weight(
        "embeddings." + kind.plural(), kind == Kind.ITEMS ? symbols + 1 : symbols, width);
  }

  private Value embedded(Ops op, Value table, Value ids) {
    Value rows = op.gather(table, ids, 0);
    return op.mul(rows, kind == Kind.ITEMS ? Math.sqrt(width) : form.factor(width));
  }

  /** What is added to the scores of attention: [queries, keys], or that of each row. */
  private Value hidden(Ops op, Value numbers) {
    Value isLater = op.greater(op.unsqueeze(numbers, 0), op.unsqueeze(numbers, 1));
    Value later = op.mul(op.cast(isLater, ElementType.FLOAT), HIDDEN_SCORE);
    if (kind == Kind.ITEMS) {
      return later;
    }
    Value mask = op.cast(op.graph().value(Kind.ATTENTION_MASK), ElementType.FLOAT);
    Value padding = op.mul(op.unsqueeze(op.oneMinus(mask), 1, 2), HIDDEN_SCORE);
    return op.add(padding, later);
  }
}
