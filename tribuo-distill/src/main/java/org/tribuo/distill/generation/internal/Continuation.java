package org.tribuo.distill.generation.internal;

/**
 * What a model outputs after a text.
 *
 * @param logits of all tokens, finite, or minus infinity of those that cannot come next
 * @param past what it keeps of the text
 */
public record Continuation(float[] logits, Past past) {
  /** Of a model that keeps nothing. */
  public static Continuation of(float[] logits) {
    return new Continuation(logits, Past.NONE);
  }

  /** The same with other logits. */
  public Continuation withLogits(float[] others) {
    return new Continuation(others, past);
  }
}
