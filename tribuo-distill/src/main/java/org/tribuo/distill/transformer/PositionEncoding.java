package org.tribuo.distill.transformer;

/** How a new Transformer distinguishes the positions of a sequence. */
public enum PositionEncoding {
  /** A trained vector for each position, added to its embedding: longer texts cannot be read. */
  LEARNED,

  /**
   * Sines and cosines, added to embeddings that are multiplied by the root of the width (Vaswani et
   * al. 2017, arXiv:1706.03762, sections 3.4 and 3.5): with the width d, number 2i of position p is
   * sin(p / 10000^(2i/d)), and number 2i + 1 the cosine. They are computed, not trained, and have
   * no end. The width has to be even.
   */
  SINUSOIDAL,

  /**
   * Queries and keys of the attention to oneself are turned (RoFormer, Su et al. 2021,
   * arXiv:2104.09864): with a head of d numbers, numbers i and i + d/2 of position p by the angle p
   * / 10000^(2i/d), so that their products depend on distances alone. Which numbers are a pair is
   * as in exports of Llama; in the paper it is 2i and 2i + 1, which weights in another order make
   * the same. Computed, not trained, without end; attention to what an encoder has read is not
   * turned. The numbers of a head have to be even.
   */
  ROTARY
}
