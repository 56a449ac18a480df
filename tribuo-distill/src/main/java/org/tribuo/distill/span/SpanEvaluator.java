package org.tribuo.distill.span;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.tribuo.DataSource;
import org.tribuo.Dataset;
import org.tribuo.Model;
import org.tribuo.Prediction;
import org.tribuo.distill.span.internal.AnswerTexts;
import org.tribuo.evaluation.Evaluator;
import org.tribuo.evaluation.metrics.EvaluationMetric.Average;
import org.tribuo.evaluation.metrics.MetricID;
import org.tribuo.evaluation.metrics.MetricTarget;
import org.tribuo.provenance.DataProvenance;
import org.tribuo.provenance.EvaluationProvenance;

/**
 * Compares the answers that a model gives with the known ones, as the official scripts of SQuAD 1.1
 * and 2.0 do: exact match, and F1 over words, both without case, punctuation, articles and repeated
 * spaces; of several right answers the best counts. A question without an answer is right where
 * none is predicted, and wrong otherwise. Immutable.
 */
public final class SpanEvaluator implements Evaluator<Span, SpanEvaluator.Evaluation> {
  private final double threshold;

  /** Takes the answers as they are predicted. */
  public SpanEvaluator() {
    this(0);
  }

  /**
   * Takes the answers at another threshold.
   *
   * @param threshold as {@link Span#chosen} has it; infinity for an answer to each question, as
   *     SQuAD 1.1 wants
   * @throws IllegalArgumentException if it is not a number
   */
  public SpanEvaluator(double threshold) {
    if (Double.isNaN(threshold)) {
      throw new IllegalArgumentException(
          "The threshold is NaN, expected a number, or infinity for an answer to each question");
    }
    this.threshold = threshold;
  }

  @Override
  public Evaluation evaluate(Model<Span> model, Dataset<Span> dataset) {
    return evaluate(model, model.predict(dataset), dataset.getProvenance());
  }

  @Override
  public Evaluation evaluate(Model<Span> model, DataSource<Span> datasource) {
    return evaluate(model, model.predict(datasource), datasource.getProvenance());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if there is no prediction, or the answer to a question is not
   *     known, neither in the data nor in the text of the prediction
   */
  @Override
  public Evaluation evaluate(
      Model<Span> model, List<Prediction<Span>> predictions, DataProvenance provenance) {
    return evaluate(predictions, new EvaluationProvenance(model.getProvenance(), provenance));
  }

  private Evaluation evaluate(List<Prediction<Span>> predictions, EvaluationProvenance provenance) {
    if (predictions.isEmpty()) {
      throw new IllegalArgumentException("There are no questions to evaluate");
    }
    List<Answered> all = new ArrayList<>();
    for (Prediction<Span> prediction : predictions) {
      all.add(Answered.of(prediction, all.size(), threshold));
    }
    return new Evaluation(all, predictions, provenance);
  }

  /**
   * One question.
   *
   * @param hasAnswer whether there is one
   * @param isNone whether the model says that there is none
   * @param exact what the model's best answer would be worth
   * @param f1 as above
   * @param margin how much more probable than it is that there is none
   */
  private record Answered(
      boolean hasAnswer, boolean isNone, double exact, double f1, double margin) {
    static Answered of(Prediction<Span> prediction, int number, double threshold) {
      Span expected = prediction.getExample().getOutput();
      if (!expected.isKnown()) {
        throw new IllegalArgumentException(
            "The answer to question %d is not known, so it cannot be evaluated; leave the question out"
                .formatted(number));
      }
      Span best = Span.chosen(prediction, Double.POSITIVE_INFINITY);
      if (best.text().isEmpty()) {
        throw new IllegalArgumentException(
            "The answer to question %d is a place without a text, as its example does not keep its context; make it with QuestionTokenizer or QuestionDataSource"
                .formatted(number));
      }
      return new Answered(
          expected.isAnswer(),
          Span.chosen(prediction, threshold).equals(Span.noAnswer()),
          best(expected, text -> AnswerTexts.exact(best.text(), text)),
          best(expected, text -> AnswerTexts.f1(best.text(), text)),
          Span.noAnswerMargin(prediction));
    }

    private static double best(Span expected, ToDoubleFunction<String> worth) {
      return Stream.concat(Stream.of(expected.text()), expected.alternatives().stream())
          .mapToDouble(worth)
          .max()
          .orElseThrow();
    }

    /** What the model's answer is worth, where its best one is worth so much. */
    double worth(double ofBest) {
      return isNone ? ofNone() : ofBest;
    }

    /** What it is worth to say that there is no answer. */
    double ofNone() {
      return hasAnswer ? 0 : 1;
    }
  }

  /** How good a model's answers are. Immutable. */
  public static final class Evaluation implements org.tribuo.evaluation.Evaluation<Span> {
    private final List<Answered> questions;
    private final List<Prediction<Span>> predictions;
    private final EvaluationProvenance provenance;

    private Evaluation(
        List<Answered> questions,
        List<Prediction<Span>> predictions,
        EvaluationProvenance provenance) {
      this.questions = List.copyOf(questions);
      this.predictions = List.copyOf(predictions);
      this.provenance = provenance;
    }

    /**
     * What some questions come to.
     *
     * @param questions their number
     * @param exactMatch the fraction of them whose answer is right
     * @param f1 the mean of their F1
     */
    public record Scores(int questions, double exactMatch, double f1) {}

    /**
     * The F1 of all questions at the threshold for which it is best.
     *
     * @param threshold as {@link Span#chosen} has it
     * @param f1 there
     */
    public record Best(double threshold, double f1) {}

    /** All questions. */
    public Scores all() {
      return scores(questions);
    }

    /** Those that have an answer. */
    public Scores answered() {
      return scores(questions.stream().filter(Answered::hasAnswer).toList());
    }

    /** Those that have none. */
    public Scores unanswered() {
      return scores(questions.stream().filter(question -> !question.hasAnswer()).toList());
    }

    private static Scores scores(List<Answered> some) {
      return new Scores(
          some.size(),
          some.stream().mapToDouble(each -> each.worth(each.exact())).average().orElse(0),
          some.stream().mapToDouble(each -> each.worth(each.f1())).average().orElse(0));
    }

    /**
     * The threshold that would be best for these questions; to be chosen on other questions than
     * those that are tested on. Of several that are as good it is the smallest margin at which an
     * answer is given, negative infinity where none at all is best.
     */
    public Best best() {
      double sum = questions.stream().mapToDouble(Answered::ofNone).sum();
      Best best = new Best(Double.NEGATIVE_INFINITY, sum / questions.size());
      List<Answered> likeliestFirst =
          questions.stream().sorted(Comparator.comparingDouble(Answered::margin)).toList();
      for (int i = 0; i < likeliestFirst.size(); i++) {
        Answered question = likeliestFirst.get(i);
        sum += question.f1() - question.ofNone();
        boolean nextIsAnsweredToo =
            i + 1 < likeliestFirst.size()
                && likeliestFirst.get(i + 1).margin() == question.margin();
        if (!nextIsAnsweredToo && sum / questions.size() > best.f1()) {
          best = new Best(question.margin(), sum / questions.size());
        }
      }
      return best;
    }

    /** Exact match and F1 of all questions, of those with an answer and of those without. */
    @Override
    public Map<MetricID<Span>, Double> asMap() {
      Map<MetricID<Span>, Double> metrics = new LinkedHashMap<>();
      put("", all(), metrics);
      put("answered-", answered(), metrics);
      put("unanswered-", unanswered(), metrics);
      return metrics;
    }

    private static void put(String prefix, Scores scores, Map<MetricID<Span>, Double> metrics) {
      MetricTarget<Span> target = new MetricTarget<>(Average.MICRO);
      metrics.put(new MetricID<>(target, prefix + "exact-match"), scores.exactMatch());
      metrics.put(new MetricID<>(target, prefix + "f1"), scores.f1());
    }

    @Override
    public List<Prediction<Span>> getPredictions() {
      return predictions;
    }

    @Override
    public EvaluationProvenance getProvenance() {
      return provenance;
    }

    /** A line for all questions, one for those with an answer and one for those without. */
    @Override
    public String toString() {
      return "%s%n%s%n%s"
          .formatted(
              row("all", all()), row("answered", answered()), row("unanswered", unanswered()));
    }

    private static String row(String name, Scores scores) {
      return String.format(
          Locale.ROOT,
          "%s: %d questions, exact match %.2f %%, F1 %.2f %%",
          name,
          scores.questions(),
          100 * scores.exactMatch(),
          100 * scores.f1());
    }
  }
}
