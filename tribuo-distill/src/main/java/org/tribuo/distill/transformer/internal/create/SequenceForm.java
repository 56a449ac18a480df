package org.tribuo.distill.transformer.internal.create;

import org.tribuo.distill.transformer.BlockNormalization;
import org.tribuo.distill.transformer.PositionEncoding;

/**
 * The form of an untrained Transformer of sequences.
 *
 * @param normalization where its blocks have it
 * @param positions how it distinguishes them
 * @param tiedEmbeddings whether logits are products with the table that is looked up, or with a
 *     matrix of their own
 */
public record SequenceForm(
    BlockNormalization normalization, PositionEncoding positions, boolean tiedEmbeddings) {
  /** That of GPT-2. */
  public static final SequenceForm USUAL =
      new SequenceForm(BlockNormalization.BEFORE, PositionEncoding.LEARNED, true);

  boolean normalizedFirst() {
    return normalization == BlockNormalization.BEFORE;
  }

  /** By what embeddings are multiplied before positions are added. */
  double factor(int width) {
    return positions == PositionEncoding.SINUSOIDAL ? Math.sqrt(width) : 1;
  }

  /**
   * Checks the numbers of layers.
   *
   * @throws IllegalArgumentException if the heads do not divide the width, or what is left of it
   *     has no pairs for the positions
   */
  void check(int width, int heads) {
    EncoderLayers.checkWidth(width, heads);
    if (positions == PositionEncoding.SINUSOIDAL && width % 2 != 0) {
      throw new IllegalArgumentException(
          "The width is %d, but sinusoidal positions are pairs of a sine and a cosine; expected an even number, or other positions"
              .formatted(width));
    }
    if (positions == PositionEncoding.ROTARY && width / heads % 2 != 0) {
      throw new IllegalArgumentException(
          "The width is %d, of which each of the %d heads has %d, but rotary positions turn pairs of numbers; expected an even number for each head, or other positions"
              .formatted(width, heads, width / heads));
    }
  }
}
