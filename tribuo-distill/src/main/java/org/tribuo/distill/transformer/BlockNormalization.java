package org.tribuo.distill.transformer;

/** Where the blocks of a new Transformer have their normalisation. */
public enum BlockNormalization {
  /**
   * Before each block: x + block(norm(x)), and one more behind the last layer, as in GPT-2 (Radford
   * et al. 2019). Trains without a warm-up of the learning rate (Xiong et al. 2020,
   * arXiv:2002.04745).
   */
  BEFORE,

  /**
   * After each block: norm(x + block(x)), and none behind the last layer, as in Vaswani et al. 2017
   * (arXiv:1706.03762).
   */
  AFTER
}
