package org.tribuo.distill.transformer;

import java.util.Locale;

/**
 * What a loss can compare of one layer of a Transformer.
 *
 * @param site the layers that it is one of
 * @param kind what it is
 * @param layer the layer, from 1; 0 stands for the embeddings, which have a hidden state only
 */
public record Activation(Site site, Kind kind, int layer) {
  /** Of which layers something is. */
  public enum Site {
    /** Those of a model with one stack of layers. */
    LAYERS(""),

    /** Those of an encoder-decoder that read the source. */
    ENCODER("encoder"),

    /** Those that read the target; their attention is that to the target itself. */
    DECODER("decoder"),

    /**
     * The attention of the decoder's layers to the source: its queries are of the target, its keys
     * and values are of the source, and it has no hidden states.
     */
    CROSS_ATTENTION("cross attention");

    private final String words;

    Site(String words) {
      this.words = words;
    }

    /** The layers whose positions hidden states and queries have. */
    public Site ofQueries() {
      return this == CROSS_ATTENTION ? DECODER : this;
    }

    /** The layers whose positions keys and values have. */
    public Site ofKeys() {
      return this == CROSS_ATTENTION ? ENCODER : this;
    }

    /** The name as in a sentence; empty where there is nothing else. */
    public String words() {
      return words;
    }
  }

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
    if (site == Site.CROSS_ATTENTION && kind == Kind.HIDDEN_STATE) {
      throw new IllegalArgumentException(
          "The cross attention has no hidden states: compare those of the DECODER, or the attention");
    }
    if (layer < 0 || (layer == 0 && kind != Kind.HIDDEN_STATE)) {
      throw new IllegalArgumentException(
          "There are no %s of layer %d: layers count from 1, and 0 is the embeddings, which have a"
                  .formatted(kind.words(), layer)
              + " hidden state only");
    }
  }

  /** Of a model with one stack of layers. */
  public Activation(Kind kind, int layer) {
    this(Site.LAYERS, kind, layer);
  }

  /** The name under which a teacher's activation enters a training graph. */
  public String inputName() {
    String where = site == Site.LAYERS ? "" : site.name().toLowerCase(Locale.ROOT) + "_";
    return "teacher_%s%s_%s".formatted(where, kind.name().toLowerCase(Locale.ROOT), layer);
  }

  @Override
  public String toString() {
    String of = "%s of layer %d".formatted(kind.words(), layer);
    return site == Site.LAYERS ? of : "%s of the %s".formatted(of, site.words());
  }
}
