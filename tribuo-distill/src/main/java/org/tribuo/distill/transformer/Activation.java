package org.tribuo.distill.transformer;

import java.util.Locale;

/**
 * What a loss can compare of one layer of a Transformer.
 *
 * @param kind what it is
 * @param layer the layer, from 1; 0 stands for the embeddings, which have a hidden state only
 */
public record Activation(Kind kind, int layer) {
  /** What can be compared. */
  public enum Kind {
    /** What the layer makes: [batch, positions, width]. */
    HIDDEN_STATE,

    /**
     * What the attention's softmax reads, masks and position biases added: [batch, heads, q, k].
     */
    ATTENTION_SCORES,

    /** What the softmax makes of them: [batch, heads, queries, keys]. */
    ATTENTION_PROBABILITIES,

    /** The queries, all heads side by side: [batch, positions, heads · width of a head]. */
    QUERIES,

    /** The keys, as the queries. */
    KEYS,

    /** The values, as the queries. */
    VALUES;

    /** Whether it is [batch, heads, queries, keys] instead of [batch, positions, width]. */
    public boolean isAttention() {
      return this == ATTENTION_SCORES || this == ATTENTION_PROBABILITIES;
    }

    /** The name as in a sentence. */
    public String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * @throws IllegalArgumentException if there is no such layer in any Transformer
   */
  public Activation {
    if (layer < 0 || (layer == 0 && kind != Kind.HIDDEN_STATE)) {
      throw new IllegalArgumentException(
          "There are no %s of layer %d: layers count from 1, and 0 is the embeddings, which have a"
                  .formatted(kind.words(), layer)
              + " hidden state only");
    }
  }

  /** The name under which a teacher's activation enters a training graph. */
  public String inputName() {
    return "teacher_%s_%s".formatted(kind.name().toLowerCase(Locale.ROOT), layer);
  }

  @Override
  public String toString() {
    return "%s of layer %d".formatted(kind.words(), layer);
  }
}
