package org.tribuo.distill.transformer;

/** How one vector a text comes out of the hidden states [batch, positions, width] of an encoder. */
public enum Pooling {
  /** The hidden state of the first token: [batch, width]. */
  FIRST_TOKEN,

  /**
   * The mean of the hidden states over the tokens that the attention mask names (over all patches
   * of an image), as sentence-transformers have it: sum(h · mask) / max(sum(mask), 1e-9), [batch,
   * width].
   */
  MEAN,

  /** The model's own pooler: its output of two dimensions, [batch, width]. */
  OWN,

  /** No pooling: logits for each token, [batch, positions, labels]. */
  NONE;

  /** What happens to the lengths of pooled vectors that stand for texts. */
  public enum Length {
    /** Each vector is divided by its length, so that products are cosines. */
    UNIT,

    /** Vectors stay as long as they are. */
    OWN
  }
}
