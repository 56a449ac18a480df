package org.tribuo.distill.loss;

/** How losses that compare examples make one vector an example out of hidden states. */
public enum ExampleVector {
  /** The hidden state of the first token. */
  FIRST_TOKEN,

  /** The mean over the tokens. */
  MEAN
}
