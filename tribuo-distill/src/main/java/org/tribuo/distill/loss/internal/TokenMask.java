package org.tribuo.distill.loss.internal;

/** Which tokens count where rows are tokens. */
public sealed interface TokenMask {
  /** Those that have a label, for the soft loss too. */
  record Labels() implements TokenMask {}

  /**
   * For the soft loss those that an input of the student marks with 1, labelled or not; for the
   * hard loss those of them that have a label: a class, or where labels are vectors, a 1 in {@link
   * ObjectiveInputs#LABELLED}.
   *
   * @param input the name of an input [batch, positions], usually {@code attention_mask}
   */
  record Input(String input) implements TokenMask {}

  /**
   * For the soft loss those that the data mark with 1 in {@link ObjectiveInputs#COUNTED}, such as
   * the first token of each word; for the hard loss those of them that have a class.
   */
  record Stated() implements TokenMask {}

  /** The tokens that have a label. */
  static TokenMask labels() {
    return new Labels();
  }

  /** The tokens that the data mark. */
  static TokenMask stated() {
    return new Stated();
  }

  /** The tokens that the student's input {@code attention_mask} marks with 1. */
  static TokenMask attentionMask() {
    return new Input("attention_mask");
  }
}
