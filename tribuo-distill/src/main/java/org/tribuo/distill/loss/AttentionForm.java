package org.tribuo.distill.loss;

import org.tribuo.distill.transformer.Activation.Kind;

/** What of an attention is compared. */
public enum AttentionForm {
  /** What the softmax reads. */
  SCORES(Kind.ATTENTION_SCORES),

  /** What the softmax makes of it. */
  PROBABILITIES(Kind.ATTENTION_PROBABILITIES);

  private final Kind kind;

  AttentionForm(Kind kind) {
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }
}
