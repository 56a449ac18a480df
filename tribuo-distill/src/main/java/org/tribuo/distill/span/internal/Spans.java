package org.tribuo.distill.span.internal;

import com.google.protobuf.Any;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.tribuo.Example;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.OutputFactory;
import org.tribuo.distill.input.internal.text.ContextTokens;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.span.Span;
import org.tribuo.distill.span.SpanEvaluator;
import org.tribuo.distill.task.internal.ClassificationTask;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Score;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.evaluation.Evaluation;

/**
 * An answer by its first and its last token, each one of the context's, or both the first of all
 * where there is none. A context that is longer than the model reads has windows: an answer that is
 * not whole in one makes it a window without an answer.
 */
public record Spans() implements ClassificationTask<Span> {
  /** The outputs of all models that find answers, as exporters name them. */
  static final LabelOrder COLUMNS = LabelOrder.of("start_logits", "end_logits");

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown
   */
  public static Spans deserializeFromProto(int version, String className, Any message) {
    SavedComponents.checkVersion(version, className);
    return new Spans();
  }

  @Override
  public Class<Span> outputType() {
    return Span.class;
  }

  @Override
  public RowForm unit() {
    return RowForm.maskedSpans();
  }

  @Override
  public Head head(LabelOrder columns) {
    return Head.ofPositions(columns);
  }

  @Override
  public Optional<LabelOrder> columns() {
    return Optional.of(COLUMNS);
  }

  @Override
  public List<Example<Span>> rows(Example<Span> example, int maxLength) {
    ContextTokens whole = ContextTokens.of(example);
    List<ContextTokens> windows = whole.windows(maxLength);
    if (windows.size() == 1) {
      return List.of(example);
    }
    Span answer = example.getOutput();
    return windows.stream()
        .map(window -> row(window, example, inWindow(answer, whole, window)))
        .toList();
  }

  private static Example<Span> row(ContextTokens window, Example<Span> example, Span answer) {
    Example<Span> row = window.toExample(answer);
    row.setWeight(example.getWeight());
    example.getMetadata().forEach(row::setMetadataValue);
    return row;
  }

  /** The answer if the window has all of its tokens, else none. */
  private static Span inWindow(Span answer, ContextTokens whole, ContextTokens window) {
    if (!answer.isAnswer()) {
      return answer;
    }
    boolean isWhole =
        AnswerTokens.of(answer, whole)
            .map(
                tokens ->
                    AnswerTokens.of(answer, window)
                        .filter(found -> found.areSame(window, tokens, whole))
                        .isPresent())
            .orElse(true);
    return isWhole ? answer : Span.noAnswer();
  }

  @Override
  public SortedSet<String> names(ImmutableOutputInfo<Span> domain) {
    return new TreeSet<>(COLUMNS.names());
  }

  /** Columns are not outputs: what they stand for is always the same. */
  @Override
  public Span output(String name, OutputFactory<Span> factory) {
    return factory.getUnknownOutput();
  }

  @Override
  public TargetCodec<Span> codec(LabelOrder columns) {
    return new SpanCodec(columns);
  }

  /** Logits of positions at which no answer can be are not compared. */
  @Override
  public boolean accepts(AnswerForm form) {
    return form == AnswerForm.PROBABILITIES;
  }

  @Override
  public Score score(LabelOrder columns) {
    return new ExactSpans();
  }

  /** F1 over the words of the answers. */
  @Override
  public double criterion(Evaluation<Span> evaluation) {
    return ((SpanEvaluator.Evaluation) evaluation).all().f1();
  }

  @Override
  public String toString() {
    return "Spans";
  }
}
