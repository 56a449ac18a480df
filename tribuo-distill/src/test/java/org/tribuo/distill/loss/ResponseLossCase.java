package org.tribuo.distill.loss;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.tribuo.distill.loss.HardLoss.LabelForm;
import org.tribuo.distill.loss.internal.BinaryCrossEntropy;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.SquaredError;
import org.tribuo.distill.loss.internal.TeacherMean;

/**
 * A response loss with some settings. The tests of values, gradients, weights and padding run over
 * all of them: whoever adds a loss adds a line here.
 *
 * @param name of its class, with what is set if there are several; the key of its numbers from
 *     PyTorch in response-goldens.properties, where it has some
 * @param loss a {@link HardLoss} or a {@link SoftLoss}
 * @param fewest the fewest classes for which it is defined
 * @param most the most classes that it can be tried with
 * @param value of the two rows of {@link CheckValuesTest}, computed elsewhere
 */
record ResponseLossCase(String name, Object loss, int fewest, int most, OptionalDouble value) {
  /** The number of teachers that a mean is of. */
  static final int TEACHERS = 3;

  /** The most classes that tests try. */
  private static final int MOST = 6;

  static final List<ResponseLossCase> ALL =
      List.of(
          of("CrossEntropy", new CrossEntropy()).fromClasses(2).is(.407606),
          of(
                  "CrossEntropy.smoothedAndWeighted",
                  new CrossEntropy(.1f, Map.of("b", .5f, "c", 2f, "d", .25f))
                      .forLabels(List.of("a", "b", "c", "d")))
              .ofClasses(4),
          of(
                  "CrossEntropy.withoutAClass",
                  new CrossEntropy(.2f, Map.of("b", .5f, "c", 2f, "d", 0f))
                      .forLabels(List.of("a", "b", "c", "d")))
              .ofClasses(4),
          of("BinaryCrossEntropy", new BinaryCrossEntropy()),
          of("SquaredError", new SquaredError()),
          of("KlDivergence", new KlDivergence()).fromClasses(2).is(.315312),
          of("ReverseKl", new ReverseKl()).fromClasses(2).is(.361233),
          of("JensenShannon", new JensenShannon()).fromClasses(2).is(.083137),
          of("JensenShannon.tenth", new JensenShannon(.1)).fromClasses(2),
          of("SoftCrossEntropy", new SoftCrossEntropy()).fromClasses(2).is(4 * .897044),
          of("SoftCrossEntropy.unscaled", new SoftCrossEntropy(SoftCrossEntropy.Scale.UNSCALED))
              .fromClasses(2)
              .is(.897044),
          of("LogitsMse", new LogitsMse()).is(3),
          of("LogitsMse.mean", new LogitsMse(LogitsMse.Reduction.MEAN, LogitsMse.Logits.PLAIN))
              .is(1),
          of(
                  "LogitsMse.sumSoftened",
                  new LogitsMse(LogitsMse.Reduction.SUM, LogitsMse.Logits.SOFTENED))
              .is(.75),
          of(
                  "LogitsMse.meanSoftened",
                  new LogitsMse(LogitsMse.Reduction.MEAN, LogitsMse.Logits.SOFTENED))
              .is(.25),
          of("BinarySoftTargets", new BinarySoftTargets()),
          of("RegressionSoftTargets", new RegressionSoftTargets()).is(1),
          of("CosineDistance", new CosineDistance())
              .is(1 - (6 / Math.sqrt(5 * 10) + 4 / Math.sqrt(2 * 9)) / 2),
          of("PairwiseCosines", new PairwiseCosines())
              .is(Math.pow(1 / Math.sqrt(5 * 2) - 5 / Math.sqrt(10 * 9), 2) / 2),
          of("Dkd", new Dkd(1, 8)).fromClasses(3).is(1.682257),
          of("Dkd.target", new Dkd(1, 0)).fromClasses(3).is(.238446),
          of("Dkd.nonTarget", new Dkd(0, 1)).fromClasses(3).is(.180476),
          of("Dkd.teachersClass", new Dkd(1, 8, Dkd.Unlabelled.TEACHERS_CLASS)).fromClasses(3),
          of("Dist", new Dist(2, 1)).fromClasses(3).is(2 * .120819 + 1.333334),
          of("Dist.inter", new Dist(1, 0)).fromClasses(3).is(.120819),
          of("Dist.intra", new Dist(0, 1)).fromClasses(3).is(1.333334),
          of("LogitStandardization", new LogitStandardization(new KlDivergence()))
              .fromClasses(3)
              .is(.025080),
          of("SparseKlDivergence", new SparseKlDivergence(2)).fromClasses(2),
          of(
                  "SparseKlDivergence.rest",
                  new SparseKlDivergence(2, SparseKlDivergence.Tail.REST_CLASS))
              .fromClasses(2),
          of(
                  "WeightedLosses",
                  new WeightedLosses(List.of(new KlDivergence(), new Dkd(1, 8)), .5, .25))
              .fromClasses(3)
              .is(.5 * .315312 + .25 * 1.682257),
          of(
                  "WeightedLosses.ofRows",
                  new WeightedLosses(List.of(new KlDivergence(), new Dist(1, 1)), .5, 2.))
              .fromClasses(3)
              .is(.5 * .315312 + 2 * (.120819 + 1.333334)),
          of(
                  "TeacherMean.probabilities",
                  new TeacherMean(new KlDivergence(), TEACHERS, HardLoss.AnswerForm.PROBABILITIES))
              .fromClasses(2),
          of(
              "TeacherMean.labelProbabilities",
              new TeacherMean(
                  new BinarySoftTargets(), TEACHERS, HardLoss.AnswerForm.LABEL_PROBABILITIES)),
          of(
                  "TeacherMean.logits",
                  new TeacherMean(new KlDivergence(), TEACHERS, HardLoss.AnswerForm.LOGITS))
              .fromClasses(2));

  private static ResponseLossCase of(String name, HardLoss loss) {
    return new ResponseLossCase(name, loss, 1, MOST, OptionalDouble.empty());
  }

  private static ResponseLossCase of(String name, SoftLoss loss) {
    return new ResponseLossCase(name, loss, 1, MOST, OptionalDouble.empty());
  }

  private ResponseLossCase fromClasses(int fewest) {
    return new ResponseLossCase(name, loss, fewest, most, value);
  }

  private ResponseLossCase ofClasses(int number) {
    return new ResponseLossCase(name, loss, number, number, value);
  }

  private ResponseLossCase is(double value) {
    return new ResponseLossCase(name, loss, fewest, most, OptionalDouble.of(value));
  }

  /** The soft losses that read the logits of one teacher, all of them. */
  static Stream<SoftLoss> ofOneTeacher() {
    return ALL.stream()
        .flatMap(test -> test.soft().stream())
        .filter(loss -> !(loss instanceof TeacherMean) && loss.largestOfTeacher().isEmpty());
  }

  Optional<HardLoss> hard() {
    return Optional.of(loss).filter(HardLoss.class::isInstance).map(HardLoss.class::cast);
  }

  Optional<SoftLoss> soft() {
    return Optional.of(loss).filter(SoftLoss.class::isInstance).map(SoftLoss.class::cast);
  }

  /** Whether labels are vectors of numbers, which not all rows have. */
  boolean readsVectors() {
    return hard().filter(hard -> hard.labelForm() != LabelForm.CLASSES).isPresent();
  }

  Objective objective(RowForm rows) {
    return hard()
        .map(hard -> Objective.of(rows, hard))
        .orElseGet(() -> Objective.of(rows, soft().orElseThrow()));
  }

  @Override
  public String toString() {
    return name;
  }
}
