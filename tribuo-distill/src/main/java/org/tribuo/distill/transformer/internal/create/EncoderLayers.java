package org.tribuo.distill.transformer.internal.create;

import java.util.Arrays;
import java.util.Optional;
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
   * A layer.
   *
   * @param name what the names of its weights begin with
   * @param state [batch, positions, width]
   * @param hidden what is added to the scores of attention: [batch, 1, 1, positions] where there is
   *     padding, [positions, positions] where some read others alone
   */
  Value of(String name, Value state, Optional<Value> hidden) {
    String ofAttention = name + ".attention.norm";
    String ofBlock = name + ".norm";
    if (form.normalizedFirst()) {
      Value attended = op.add(attention(name, normalized(ofAttention, state), hidden), state);
      return op.add(feedForward(name, normalized(ofBlock, attended)), attended);
    }
    Value attended = normalized(ofAttention, op.add(attention(name, state, hidden), state));
    return normalized(ofBlock, op.add(feedForward(name, attended), attended));
  }

  /**
   * A layer of a decoder, which attends to what an encoder has read between its attention to itself
   * and its feed-forward block, as in Vaswani et al. 2017 (arXiv:1706.03762). Blocks read
   * normalised states.
   *
   * @param name what the names of its weights begin with
   * @param state [batch, target positions, width]
   * @param later what is added to the scores of its attention to itself
   * @param source what the encoder has made of the source, [batch, source positions, width]
   * @param padding what is added to the scores of its attention to the source
   */
  Value decoding(String name, Value state, Value later, Value source, Value padding) {
    Value normal = normalized(name + ".attention.norm", state);
    Value attended = op.add(attention(name, normal, Optional.of(later)), state);
    String across = name + ".cross";
    Value reading = normalized(across + ".attention.norm", attended);
    Value informed = op.add(attention(across, reading, source, Optional.of(padding)), attended);
    return op.add(feedForward(name, normalized(name + ".norm", informed)), informed);
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
      state = of("layers." + number, state, Optional.empty());
    }
    return form.normalizedFirst() ? normalized("norm", state) : state;
  }

  private Value feedForward(String name, Value state) {
    Value inner = linear(name + ".inner", state, form.inner());
    Value active = op.one("Gelu", inner.type(), inner);
    return linear(name + ".outer", active, form.width());
  }

  private Value attention(String name, Value state, Optional<Value> hidden) {
    return attention(name, state, state, hidden);
  }

  /** Of the states of one sequence to those of another. */
  private Value attention(String name, Value state, Value read, Optional<Value> hidden) {
    int width = form.width();
    Value query = split(linear(name + ".attention.query", state, width));
    Value key = split(linear(name + ".attention.key", read, width));
    Value value = split(linear(name + ".attention.value", read, width));
    double scale = 1 / Math.sqrt((double) width / form.heads());
    Value scores = op.mul(op.matmul(query, false, key, true), scale);
    Value weights = op.softmax(hidden.isPresent() ? op.add(scores, hidden.get()) : scores, -1);
    Value merged = op.transpose(op.matmul(weights, value), 0, 2, 1, 3);
    return linear(name + ".attention.output", op.reshape(merged, 0, 0, width), width);
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
