package org.tribuo.distill.span;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tribuo.Output;
import org.tribuo.Prediction;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.SpanProto;
import org.tribuo.protos.core.OutputProto;

/**
 * The answer to a question as a part of its context: its first character, the end after its last,
 * and its text; or that the context has no answer; or that it is not known. Characters are those of
 * Java's strings (UTF-16), so that {@code context.substring(start, end)} is the text.
 *
 * <p>Of a prediction the score is the probability of the answer, or of there being none, among all
 * that the model may answer. Of a known answer it is 1. Other answers that are right too, as
 * several people may have marked, are its alternatives.
 *
 * <p>Two are equal if place and text are, whatever their scores and alternatives. Immutable.
 */
public final class Span implements Output<Span> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;
  private static final int NOWHERE = -1;

  /** What predictions name the best answer among their scores. */
  public static final String ANSWER = "answer";

  /** What predictions name it among their scores that there is no answer. */
  public static final String NO_ANSWER = "no answer";

  /** What {@link #getSerializableForm} writes of an answer that is not known. */
  private static final String UNKNOWN = "unknown";

  private final SpanProto.Kind kind;
  private final int start;
  private final int end;
  private final String text;
  private final double score;
  private final List<String> alternatives;

  private Span(
      SpanProto.Kind kind,
      int start,
      int end,
      String text,
      double score,
      List<String> alternatives) {
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.text = text;
    this.score = score;
    this.alternatives = List.copyOf(alternatives);
  }

  /**
   * An answer.
   *
   * @param start the index of its first character in the context
   * @param end the index after its last
   * @param text between the two; empty if it is not known
   * @throws IllegalArgumentException if it has no character, or another number than its text
   */
  public static Span of(int start, int end, String text) {
    if (start < 0 || end <= start || (!text.isEmpty() && text.length() != end - start)) {
      throw new IllegalArgumentException(
          "The answer '%s' is at the characters %d to %d of its context, expected as many as it has, from 0"
              .formatted(text, start, end));
    }
    return new Span(SpanProto.Kind.ANSWER, start, end, text, 1, List.of());
  }

  /**
   * A part of a context.
   *
   * @throws IllegalArgumentException if the context does not have these characters
   */
  public static Span in(String context, int start, int end) {
    if (end > context.length() || start < 0 || start > end) {
      throw new IllegalArgumentException(
          "The answer is at the characters %d to %d, but the context has %d"
              .formatted(start, end, context.length()));
    }
    return of(start, end, context.substring(start, end));
  }

  /** That the context has no answer. */
  public static Span noAnswer() {
    return new Span(SpanProto.Kind.NO_ANSWER, NOWHERE, NOWHERE, "", 1, List.of());
  }

  /** That the answer is not known. */
  public static Span unknown() {
    return new Span(SpanProto.Kind.UNKNOWN, NOWHERE, NOWHERE, "", 1, List.of());
  }

  /**
   * What a model predicts where there must be more than a chance for an answer, or less.
   *
   * @param prediction of a model of spans
   * @param threshold how much the logarithm of the probability of no answer must be above that of
   *     the best answer, so that none is predicted: 0 is what models do, a larger number makes for
   *     more answers, infinity for one to each question
   * @throws IllegalArgumentException if the prediction does not have both scores
   */
  public static Span chosen(Prediction<Span> prediction, double threshold) {
    return noAnswerMargin(prediction) > threshold
        ? score(prediction, NO_ANSWER)
        : score(prediction, ANSWER);
  }

  /**
   * How much the logarithm of the probability of no answer is above that of the best answer: the
   * <i>null score difference</i> of SQuAD 2.0.
   *
   * @throws IllegalArgumentException if the prediction does not have both scores
   */
  public static double noAnswerMargin(Prediction<Span> prediction) {
    return Math.log(score(prediction, NO_ANSWER).score) - Math.log(score(prediction, ANSWER).score);
  }

  private static Span score(Prediction<Span> prediction, String name) {
    Map<String, Span> scores = prediction.getOutputScores();
    Span found = scores.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "The prediction has the scores %s, expected '%s' and '%s', as models of spans have them"
              .formatted(scores.keySet(), ANSWER, NO_ANSWER));
    }
    return found;
  }

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or the numbers do not fit
   * @throws InvalidProtocolBufferException if the message is of another kind
   */
  public static Span deserializeFromProto(int version, String className, Any message)
      throws InvalidProtocolBufferException {
    SavedComponents.checkVersion(version, className);
    SpanProto kept = message.unpack(SpanProto.class);
    Span span =
        switch (kept.getKind()) {
          case ANSWER -> of(kept.getStart(), kept.getEnd(), kept.getText());
          case NO_ANSWER -> noAnswer();
          case UNKNOWN -> unknown();
          case UNRECOGNIZED ->
              throw new IllegalArgumentException(
                  "A saved Span is of the kind %d, expected 0, 1 or 2"
                      .formatted(kept.getKindValue()));
        };
    return span.withScore(kept.getScore()).withAlternatives(kept.getAlternativesList());
  }

  @Override
  public OutputProto serialize() {
    SpanProto kept =
        SpanProto.newBuilder()
            .setKind(kind)
            .setStart(Math.max(0, start))
            .setEnd(Math.max(0, end))
            .setText(text)
            .setScore(score)
            .addAllAlternatives(alternatives)
            .build();
    return OutputProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(Span.class.getName())
        .setSerializedData(Any.pack(kept))
        .build();
  }

  /** The same with another score. */
  public Span withScore(double other) {
    return new Span(kind, start, end, text, other, alternatives);
  }

  /** The same with other texts that are right too. */
  public Span withAlternatives(List<String> others) {
    return new Span(kind, start, end, text, score, others);
  }

  /** Whether it is known if there is an answer, and which. */
  public boolean isKnown() {
    return kind != SpanProto.Kind.UNKNOWN;
  }

  /** Whether there is an answer. */
  public boolean isAnswer() {
    return kind == SpanProto.Kind.ANSWER;
  }

  /** The index of the first character in the context; -1 if there is no answer, or none known. */
  public int start() {
    return start;
  }

  /** The index after the last character; -1 as above. */
  public int end() {
    return end;
  }

  /** The answer; empty if there is none, or none is known, or the context is not known. */
  public String text() {
    return text;
  }

  /** The probability of a prediction; 1 of a known answer. */
  public double score() {
    return score;
  }

  /** Other texts that are right too. */
  public List<String> alternatives() {
    return alternatives;
  }

  @Override
  public Span copy() {
    return this;
  }

  @Override
  public String getSerializableForm(boolean includeConfidence) {
    String form =
        switch (kind) {
          case ANSWER -> "%d-%d:%s".formatted(start, end, text);
          case NO_ANSWER -> NO_ANSWER;
          default -> UNKNOWN;
        };
    return includeConfidence ? "%s/%s".formatted(form, score) : form;
  }

  @Override
  public boolean fullEquals(Span other) {
    return fullEquals(other, 0);
  }

  @Override
  public boolean fullEquals(Span other, double tolerance) {
    return equals(other)
        && Math.abs(score - other.score) <= tolerance
        && alternatives.equals(other.alternatives);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Span span
        && kind == span.kind
        && start == span.start
        && end == span.end
        && text.equals(span.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, start, end, text);
  }

  @Override
  public String toString() {
    return "Span(%s)".formatted(getSerializableForm(true));
  }
}
