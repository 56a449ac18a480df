package org.tribuo.distill.teacher.internal;

import java.time.Duration;
import java.util.OptionalDouble;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.teacher.internal.store.SoftTargets;

/**
 * Compares the soft targets of a short precision with those in float32, on the same examples.
 *
 * @param form what the logits stand for
 */
record PrecisionComparison(AnswerForm form) {
  /** Examples that are compared: a teacher of six layers is run over them in a second. */
  static final int EXAMPLES = 256;

  /**
   * Runs a teacher in its precision and in float32 over some examples, unless the store knows what
   * it outputs for these.
   *
   * @param producer has the soft targets
   */
  TeacherRun.PrecisionCost measure(
      Teacher teacher, TeacherExamples inputs, SoftTargetProducer producer) {
    long start = System.nanoTime();
    TeacherExamples sample = inputs.sample(EXAMPLES);
    try (Teacher exact = teacher.inFloat32();
        SoftTargets expected = producer.produce(exact, sample).softTargets();
        SoftTargets actual = producer.produce(teacher, sample).softTargets()) {
      Difference difference = between(expected, actual);
      return new TeacherRun.PrecisionCost(
          teacher.settings().precision(),
          sample.rows(),
          difference.divergence(),
          difference.agreement(),
          Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** The difference of all rows, which are as many in both. */
  Difference between(SoftTargets expected, SoftTargets actual) {
    Difference difference = new Difference();
    for (int row = 0; row < expected.rows(); row++) {
      add(difference, values(expected, row), values(actual, row), vector(expected, row));
    }
    return difference;
  }

  /** Sums over all vectors. */
  static final class Difference {
    private double divergence;
    private long vectors;
    private long same;
    private long decisions;

    /** The mean of a vector. */
    double divergence() {
      return divergence / vectors;
    }

    /** The fraction of decisions that are the same; empty if nothing was decided. */
    OptionalDouble agreement() {
      return decisions == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) same / decisions);
    }
  }

  private static float[] values(SoftTargets targets, int row) {
    return targets.batch(row).logits().toFloats();
  }

  /** The elements of one vector: the columns, or where these come first, the positions. */
  private static int vector(SoftTargets targets, int row) {
    int columns = targets.columns().size();
    return targets.shape().endsInColumns()
        ? columns
        : Math.toIntExact(targets.batch(row).logits().elements() / columns);
  }

  private void add(Difference difference, float[] expected, float[] actual, int size) {
    for (int from = 0; from < expected.length; from += size) {
      difference.vectors++;
      switch (form) {
        case PROBABILITIES -> classes(difference, expected, actual, from, from + size);
        case LABEL_PROBABILITIES -> labels(difference, expected, actual, from, from + size);
        case LOGITS -> {
          for (int i = from; i < from + size; i++) {
            double distance = (double) actual[i] - expected[i];
            difference.divergence += distance * distance / 2;
          }
        }
      }
    }
  }

  private static void classes(
      Difference difference, float[] expected, float[] actual, int from, int to) {
    double logSumP = logSum(expected, from, to);
    double logSumQ = logSum(actual, from, to);
    for (int i = from; i < to; i++) {
      double logP = expected[i] - logSumP;
      difference.divergence += Math.exp(logP) * (logP - (actual[i] - logSumQ));
    }
    difference.decisions++;
    difference.same += largest(expected, from, to) == largest(actual, from, to) ? 1 : 0;
  }

  private static void labels(
      Difference difference, float[] expected, float[] actual, int from, int to) {
    for (int i = from; i < to; i++) {
      double holds = -softplus(-expected[i]);
      double holdsNot = -softplus(expected[i]);
      difference.divergence +=
          Math.exp(holds) * (holds + softplus(-actual[i]))
              + Math.exp(holdsNot) * (holdsNot + softplus(actual[i]));
      difference.decisions++;
      difference.same += expected[i] > 0 == actual[i] > 0 ? 1 : 0;
    }
  }

  /** log(1 + exp x). */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static double logSum(float[] values, int from, int to) {
    double largest = values[largest(values, from, to)];
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.exp(values[i] - largest);
    }
    return largest + Math.log(sum);
  }

  /** The first of the largest. */
  private static int largest(float[] values, int from, int to) {
    int largest = from;
    for (int i = from + 1; i < to; i++) {
      largest = values[i] > values[largest] ? i : largest;
    }
    return largest;
  }
}
