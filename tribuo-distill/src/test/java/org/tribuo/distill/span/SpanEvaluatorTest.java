package org.tribuo.distill.span;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.Example;
import org.tribuo.Prediction;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Five questions, counted by hand as SQuAD 2.0 defines exact match, F1 and the best threshold. */
class SpanEvaluatorTest {
  private static final SpanFactory FACTORY = new SpanFactory();

  private static Prediction<Span> prediction(Span known, String best, double ofBest, double none) {
    Example<Span> example = new ArrayExample<>(known, new String[] {"a"}, new double[] {1});
    Span answer = Span.of(0, best.length(), best).withScore(ofBest);
    Span noAnswer = Span.noAnswer().withScore(none);
    return new Prediction<>(
        none > ofBest ? noAnswer : answer,
        Map.of(Span.ANSWER, answer, Span.NO_ANSWER, noAnswer),
        1,
        example,
        true);
  }

  private static Span known(String text, String... others) {
    return Span.of(0, text.length(), text).withAlternatives(List.of(others));
  }

  private static final List<Prediction<Span>> QUESTIONS =
      List.of(
          // Right by the second of its answers.
          prediction(
              known("Empire State", "the Empire State Building"), "empire state building", .8, .1),
          // Two words of three: F1 is 0.8.
          prediction(known("New York City"), "New York", .5, .25),
          // There is an answer, and none is given; the best one would be right.
          prediction(known("London"), "London", .2, .4),
          // There is none, and none is given.
          prediction(Span.noAnswer(), "Paris", .1, .8),
          // There is none, and one is given.
          prediction(Span.noAnswer(), "Rome", .6, .3));

  private static SpanEvaluator.Evaluation evaluate(
      SpanEvaluator evaluator, List<Prediction<Span>> predictions) throws Exception {
    try (DistilledModel<Span> any =
        DistilledModel.of(OnnxTeacher.of(Zoo.file("albert_qa_optimum")), FACTORY)) {
      return evaluator.evaluate(
          any, predictions, new SimpleDataSourceProvenance("five questions", FACTORY));
    }
  }

  @Test
  void exactMatchAndF1AreThoseOfSquad() throws Exception {
    SpanEvaluator.Evaluation evaluation = evaluate(new SpanEvaluator(), QUESTIONS);
    assertThat(evaluation.all().questions()).isEqualTo(5);
    assertThat(evaluation.all().exactMatch()).isEqualTo(2 / 5., within(1e-12));
    assertThat(evaluation.all().f1()).isEqualTo(2.8 / 5, within(1e-12));
    assertThat(evaluation.answered())
        .isEqualTo(new SpanEvaluator.Evaluation.Scores(3, 1 / 3., 1.8 / 3));
    assertThat(evaluation.unanswered())
        .isEqualTo(new SpanEvaluator.Evaluation.Scores(2, 1 / 2., 1 / 2.));
    assertThat(evaluation.asMap().values()).contains(2 / 5., 1 / 3.);
    assertThat(evaluation.toString())
        .contains("all: 5 questions, exact match 40.00 %, F1 56.00 %", "unanswered: 2 questions");
  }

  /** Answers to all but the fourth question: 1 + 0.8 + 1 + 1 + 0. */
  @Test
  void theBestThresholdIsTheOneWithTheHighestF1() throws Exception {
    SpanEvaluator.Evaluation.Best best = evaluate(new SpanEvaluator(), QUESTIONS).best();
    assertThat(best.f1()).isEqualTo(3.8 / 5, within(1e-12));
    assertThat(best.threshold()).isEqualTo(Math.log(2), within(1e-12));
    assertThat(evaluate(new SpanEvaluator(best.threshold()), QUESTIONS).all().f1())
        .isEqualTo(best.f1(), within(1e-12));
  }

  @Test
  void anInfiniteThresholdAnswersEachQuestion() throws Exception {
    SpanEvaluator.Evaluation evaluation =
        evaluate(new SpanEvaluator(Double.POSITIVE_INFINITY), QUESTIONS);
    assertThat(evaluation.answered().f1()).isEqualTo(2.8 / 3, within(1e-12));
    assertThat(evaluation.unanswered().f1()).isZero();
  }

  @Test
  void whatCannotBeEvaluatedIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                evaluate(new SpanEvaluator(), List.of(prediction(Span.unknown(), "Paris", .5, .1))))
        .withMessageStartingWith("The answer to question 0 is not known");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluate(new SpanEvaluator(), List.of()))
        .withMessage("There are no questions to evaluate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SpanEvaluator(Double.NaN))
        .withMessageStartingWith("The threshold is NaN");
    Span placeAlone = Span.of(2, 5, "").withScore(.5);
    Example<Span> example = new ArrayExample<>(known("a"), new String[] {"a"}, new double[] {1});
    Map<String, Span> scores =
        Map.of(Span.ANSWER, placeAlone, Span.NO_ANSWER, Span.noAnswer().withScore(.1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                evaluate(
                    new SpanEvaluator(),
                    List.of(new Prediction<>(placeAlone, scores, 1, example, true))))
        .withMessageContaining("does not keep its context");
  }
}
