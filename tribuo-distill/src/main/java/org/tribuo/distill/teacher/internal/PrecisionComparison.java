package org.tribuo.distill.teacher.internal;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.task.internal.TensorRows;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.teacher.internal.store.SoftTargets;

/**
 * Compares the soft targets of a short precision with those in float32, on the same examples.
 *
 * @param form what the logits stand for
 * @param counted of each example 1 for each position that counts: of tokens others are not
 *     compared, of spans none is likely; empty where all do
 */
record PrecisionComparison(AnswerForm form, Optional<TensorRows> counted) {
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
    int[] rows = sampled(inputs.rows());
    TeacherExamples sample = inputs.pick(rows);
    try (Teacher exact = teacher.inFloat32().orElseThrow();
        SoftTargets expected = producer.produce(exact, sample).softTargets();
        SoftTargets actual = producer.produce(teacher, sample).softTargets()) {
      Difference difference = between(expected, actual, rows);
      return new TeacherRun.PrecisionCost(
          teacher.settings().precision(),
          sample.rows(),
          difference.divergence(),
          difference.agreement(),
          Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** As many of the examples, evenly spaced over all; all if there are no more. */
  private static int[] sampled(int all) {
    int count = Math.min(EXAMPLES, all);
    return IntStream.range(0, count).map(i -> (int) ((long) i * all / count)).toArray();
  }

  /**
   * The difference of all rows, which are as many in both.
   *
   * @param examples the number of each row's example
   */
  Difference between(SoftTargets expected, SoftTargets actual, int[] examples) {
    Difference difference = new Difference();
    for (int row = 0; row < expected.rows(); row++) {
      int example = examples[row];
      Optional<float[]> counts = counted.map(all -> all.pick(example).toFloats());
      float[] exact = values(expected, row);
      float[] rounded = values(actual, row);
      boolean positionsComeLast = !expected.shape().endsInColumns();
      int columns = expected.columns().size();
      int vector = positionsComeLast ? exact.length / columns : columns;
      for (int i = 0; i < exact.length / vector; i++) {
        float[] one = cut(exact, i, vector);
        float[] other = cut(rounded, i, vector);
        if (positionsComeLast) {
          add(difference, of(counts, one), of(counts, other));
        } else if (counts.isEmpty() || counts.get()[i] > 0) {
          add(difference, one, other);
        }
      }
    }
    return difference;
  }

  private static float[] cut(float[] values, int number, int size) {
    return Arrays.copyOfRange(values, number * size, (number + 1) * size);
  }

  /** Those of positions that count. */
  private static float[] of(Optional<float[]> counts, float[] values) {
    if (counts.isEmpty()) {
      return values;
    }
    float[] some = new float[values.length];
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      if (counts.get()[i] > 0) {
        some[count++] = values[i];
      }
    }
    return Arrays.copyOf(some, count);
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

  private void add(Difference difference, float[] expected, float[] actual) {
    difference.vectors++;
    switch (form) {
      case PROBABILITIES -> classes(difference, expected, actual);
      case LABEL_PROBABILITIES -> labels(difference, expected, actual);
      case LOGITS -> {
        for (int i = 0; i < expected.length; i++) {
          double distance = (double) actual[i] - expected[i];
          difference.divergence += distance * distance / 2;
        }
      }
    }
  }

  private static void classes(Difference difference, float[] expected, float[] actual) {
    double logSumP = logSum(expected);
    double logSumQ = logSum(actual);
    for (int i = 0; i < expected.length; i++) {
      double logP = expected[i] - logSumP;
      difference.divergence += Math.exp(logP) * (logP - (actual[i] - logSumQ));
    }
    difference.decisions++;
    difference.same += largest(expected) == largest(actual) ? 1 : 0;
  }

  private static void labels(Difference difference, float[] expected, float[] actual) {
    for (int i = 0; i < expected.length; i++) {
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

  private static double logSum(float[] values) {
    double largest = values[largest(values)];
    double sum = 0;
    for (float value : values) {
      sum += Math.exp(value - largest);
    }
    return largest + Math.log(sum);
  }

  /** The first of the largest. */
  private static int largest(float[] values) {
    int largest = 0;
    for (int i = 1; i < values.length; i++) {
      largest = values[i] > values[largest] ? i : largest;
    }
    return largest;
  }
}
