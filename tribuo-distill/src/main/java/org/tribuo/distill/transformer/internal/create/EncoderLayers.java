package org.tribuo.distill.transformer.internal.create;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.internal.InitialWeights;

/**
 * Writes untrained layers of attention and feed-forward. Biases are 0, normalisations 1, all other
 * weights are drawn.
 */
final class EncoderLayers {
  private final Ops op;
  private final InitialWeights initial;
  private final Form form;

  /**
   * @param initial draws the weights, in the order in which they are written
   */
  EncoderLayers(Ops op, InitialWeights initial, Form form) {
    this.op = op;
    this.initial = initial;
    this.form = form;
  }

  /**
   * What layers are like.
   *
   * @param width the size of a hidden state, a multiple of the heads
   * @param heads of the attention
   * @param inner the width inside a feed-forward block
   * @param normalizedFirst whether a block reads normalised states, as in ViT (Dosovitskiy et al.
   *     2021), or states are normalised behind it, as in BERT (Devlin et al. 2019)
   * @param epsilon of the normalisation
   */
  record Form(int width, int heads, int inner, boolean normalizedFirst, float epsilon) {}

  /**
   * Checks the numbers of a form.
   *
   * @throws IllegalArgumentException if the heads do not divide the width
   */
  static void checkWidth(int width, int heads) {
    if (width < 1 || width % heads != 0) {
      throw new IllegalArgumentException(
          "The width is %d, expected a multiple of the %d heads".formatted(width, heads));
    }
  }

  /**
   * How the positions of a sequence attend to each other.
   *
   * @param hidden what is added to the scores: [batch, 1, 1, positions] where there is padding,
   *     [positions, positions] where some read others alone
   * @param rotation of queries and keys
   */
  record SelfAttention(Optional<Value> hidden, Optional<Rotation> rotation) {
    /** Each to all. */
    static final SelfAttention OF_ALL = new SelfAttention(Optional.empty(), Optional.empty());

    /** Each to those that are not hidden. */
    static SelfAttention hiding(Value hidden) {
      return new SelfAttention(Optional.of(hidden), Optional.empty());
    }
  }

  /**
   * A layer.
   *
   * @param name what the names of its weights begin with
   * @param state [batch, positions, width]
   */
  Value of(String name, Value state, SelfAttention self) {
    Value attended = block(name + ".attention.norm", state, read -> attention(name, read, self));
    return block(name + ".norm", attended, read -> feedForward(name, read));
  }

  /**
   * A layer of a decoder, which attends to what an encoder has read between its attention to itself
   * and its feed-forward block, as in Vaswani et al. 2017 (arXiv:1706.03762).
   *
   * @param name what the names of its weights begin with
   * @param state [batch, target positions, width]
   * @param self how it attends to itself
   * @param source what the encoder has made of the source, [batch, source positions, width]
   * @param padding what is added to the scores of its attention to the source
   */
  Value decoding(String name, Value state, SelfAttention self, Value source, Value padding) {
    Value attended = block(name + ".attention.norm", state, read -> attention(name, read, self));
    String across = name + ".cross";
    Value informed =
        block(
            across + ".attention.norm",
            attended,
            read -> attention(across, read, source, SelfAttention.hiding(padding)));
    return block(name + ".norm", informed, read -> feedForward(name, read));
  }

  /** States and what a block makes of them, with the normalisation where the form has it. */
  private Value block(String norm, Value state, UnaryOperator<Value> block) {
    return form.normalizedFirst()
        ? op.add(block.apply(normalized(norm, state)), state)
        : normalized(norm, op.add(block.apply(state), state));
  }

  /** States behind the last layer, which no block normalises where blocks read normalised ones. */
  Value last(String norm, Value state) {
    return form.normalizedFirst() ? normalized(norm, state) : state;
  }

  /**
   * An encoder without padding: a learned vector for each position, layers, and where blocks read
   * normalised states, a normalisation behind the last.
   *
   * @param embedded what is read, [batch, positions, width]
   * @param positions how many
   */
  Value stacked(Value embedded, int positions, int layers) {
    Value state = op.add(embedded, weight("embeddings.positions", 1, positions, form.width()));
    for (int number = 0; number < layers; number++) {
      state = of("layers." + number, state, SelfAttention.OF_ALL);
    }
    return last("norm", state);
  }

  private Value feedForward(String name, Value state) {
    Value inner = linear(name + ".inner", state, form.inner());
    Value active = op.one("Gelu", inner.type(), inner);
    return linear(name + ".outer", active, form.width());
  }

  private Value attention(String name, Value state, SelfAttention self) {
    return attention(name, state, state, self);
  }

  /** Of the states of one sequence to those of another, or to its own. */
  private Value attention(String name, Value state, Value read, SelfAttention how) {
    int width = form.width();
    Value query = turned(split(linear(name + ".attention.query", state, width)), how);
    Value key = turned(split(linear(name + ".attention.key", read, width)), how);
    Value value = split(linear(name + ".attention.value", read, width));
    double scale = 1 / Math.sqrt((double) width / form.heads());
    Value scores = op.mul(op.matmul(query, false, key, true), scale);
    Value seen = how.hidden().map(hidden -> op.add(scores, hidden)).orElse(scores);
    Value merged = op.transpose(op.matmul(op.softmax(seen, -1), value), 0, 2, 1, 3);
    return linear(name + ".attention.output", op.reshape(merged, 0, 0, width), width);
  }

  private Value turned(Value x, SelfAttention how) {
    int size = form.width() / form.heads();
    return how.rotation().map(rotation -> rotation.turned(op, x, size)).orElse(x);
  }

  /** [batch, positions, width] to [batch, heads, positions, width / heads]. */
  private Value split(Value x) {
    int heads = form.heads();
    return op.transpose(op.reshape(x, 0, 0, heads, form.width() / heads), 0, 2, 1, 3);
  }

  private Value linear(String name, Value x, int columns) {
    long rows = ((Dimension.Fixed) x.shape().orElseThrow().dimension(-1)).size();
    Value product = op.matmul(x, weight(name + ".weight", rows, columns));
    return op.add(product, filled(name + ".bias", 0, columns));
  }

  /** Normalised states, [batch, positions, width]. */
  Value normalized(String name, Value x) {
    return op.one(
        "LayerNormalization",
        Attributes.NONE.with("axis", -1L).with("epsilon", form.epsilon()),
        x.type(),
        x,
        filled(name + ".scale", 1, form.width()),
        filled(name + ".bias", 0, form.width()));
  }

  /** A weight that is drawn. */
  Value weight(String name, long... dims) {
    return op.graph().setInitializer(name, initial.tensor(dims));
  }

  /** A weight of one number. */
  Value filled(String name, float number, int length) {
    float[] values = new float[length];
    Arrays.fill(values, number);
    return op.graph().setInitializer(name, Tensor.of(values, length));
  }
}
