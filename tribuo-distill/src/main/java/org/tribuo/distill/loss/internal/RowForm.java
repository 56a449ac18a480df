package org.tribuo.distill.loss.internal;

import java.util.List;

/** What a row is: that of which a loss is computed, and over which it is averaged. */
public sealed interface RowForm {
  /**
   * A row is an example; the student has one output [batch, outputs].
   *
   * @param weighted whether examples count differently: then {@link
   *     ObjectiveInputs#EXAMPLE_WEIGHTS} has the weight of each
   */
  record Examples(boolean weighted) implements RowForm {}

  /**
   * A row is a token; the student has one output [batch, positions, classes].
   *
   * @param shift 0 where a token's own label is predicted; 1 where it is that of the next one, as
   *     in causal language models: then logits and soft targets of position i stand against the
   *     label of position i + 1, and the last position never counts
   * @param mask which tokens count
   * @param weighted whether the tokens of examples count differently, each as its example does
   */
  record Tokens(int shift, TokenMask mask, boolean weighted) implements RowForm {
    public Tokens {
      if (shift != 0 && shift != 1) {
        throw new IllegalArgumentException(
            "Labels are shifted by %d positions, expected 0, or 1 for a causal language model"
                .formatted(shift));
      }
    }
  }

  /**
   * A row is an example whose classes are the positions: the student has two outputs [batch,
   * positions], for the first and the last token of an answer. Each loss is the mean of the two.
   *
   * @param masked whether an answer may be at some positions alone, which {@link
   *     ObjectiveInputs#COUNTED} marks: then the others have no probability, neither the student's
   *     nor the teacher's
   * @param weighted whether examples count differently
   */
  record Spans(boolean masked, boolean weighted) implements RowForm {
    @Override
    public List<String> teacherLogits() {
      return List.of(ObjectiveInputs.TEACHER_START_LOGITS, ObjectiveInputs.TEACHER_END_LOGITS);
    }
  }

  /** Whether examples count differently. */
  boolean weighted();

  /** The inputs that hold the teacher's logits, one for each output of the student. */
  default List<String> teacherLogits() {
    return List.of(ObjectiveInputs.TEACHER_LOGITS);
  }

  /** The same, where examples count as much as their weights. */
  default RowForm withWeights() {
    if (this instanceof Tokens tokens) {
      return new Tokens(tokens.shift(), tokens.mask(), true);
    }
    return this instanceof Spans spans ? new Spans(spans.masked(), true) : weightedExamples();
  }

  /** A row is an example. */
  static RowForm examples() {
    return new Examples(false);
  }

  /** A row is an example with a weight. */
  static RowForm weightedExamples() {
    return new Examples(true);
  }

  /** A row is a token with a label of its own. */
  static RowForm tokens(TokenMask mask) {
    return new Tokens(0, mask, false);
  }

  /** A row is an example in which an answer is marked by its first and its last token. */
  static RowForm spans() {
    return new Spans(false, false);
  }

  /** The same, where an answer may be at some positions alone. */
  static RowForm maskedSpans() {
    return new Spans(true, false);
  }
}
