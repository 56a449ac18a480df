package org.tribuo.distill.teacher.internal;

import java.util.List;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.teacher.TeacherException;

/**
 * Makes logits of what a teacher predicts, where that is not an ONNX model. Of the probabilities of
 * classes they are the logarithms, of those of labels that may hold together {@code log p - log(1 -
 * p)}; scores and the values of a regression are taken as they are. What is softened by a
 * temperature are these logits.
 *
 * @param whose for messages, such as {@code The teacher 'forest.tribuo'}
 * @param columns the names of the values
 * @param form what the values are
 * @param floor the smallest probability: one below it, as the 0 of a class that no tree of a forest
 *     votes for, is taken as this
 */
record LogitsOfValues(String whose, List<String> columns, AnswerForm form, float floor) {
  /** How far the sum of two probabilities may be from 1, and one of them from its range. */
  private static final double TOLERANCE = 1e-3;

  /** How far a probability is at most from what it was, if it is written with three decimals. */
  private static final double ROUNDING = 5e-4;

  /** However many classes there are: what is further from 1 are scores. */
  private static final double MAX_TOLERANCE = 0.1;

  LogitsOfValues {
    columns = List.copyOf(columns);
  }

  /** What distinguishes these logits from others of the same values. */
  String described() {
    return form == AnswerForm.LOGITS ? "scores" : "logits of %s from %s".formatted(form, floor);
  }

  /**
   * The logits of one row.
   *
   * @param where the row, for messages, such as {@code row 3}
   * @throws TeacherException if a value is not finite, or no probability, or the probabilities of
   *     classes do not add up to 1
   */
  float[] of(double[] values, String where) {
    float[] logits = new float[values.length];
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      check(values[i], columns.get(i), where);
      sum += values[i];
      logits[i] = (float) logit(values[i]);
    }
    if (form == AnswerForm.PROBABILITIES && Math.abs(sum - 1) > tolerance(values.length)) {
      throw new TeacherException(
          "%s has probabilities that add up to %s for %s, expected 1; are they scores?"
              .formatted(whose, (float) sum, where));
    }
    return logits;
  }

  /** Each of the numbers may be rounded. */
  private static double tolerance(int classes) {
    return Math.min(MAX_TOLERANCE, Math.max(TOLERANCE, ROUNDING * classes));
  }

  private void check(double value, String column, String where) {
    boolean fits =
        form == AnswerForm.LOGITS
            ? Float.isFinite((float) value)
            : value >= 0 && value <= 1 + TOLERANCE;
    if (!fits) {
      throw new TeacherException(
          "%s has %s for %s, '%s', expected %s"
              .formatted(
                  whose,
                  value,
                  where,
                  column,
                  form == AnswerForm.LOGITS
                      ? "a finite number in the range of a float"
                      : "a probability from 0 to 1"));
    }
  }

  private double logit(double value) {
    return switch (form) {
      case LOGITS -> value;
      case PROBABILITIES -> Math.log(Math.max(value, floor));
      case LABEL_PROBABILITIES -> {
        double p = Math.min(Math.max(value, floor), 1 - floor);
        yield Math.log(p) - Math.log1p(-p);
      }
    };
  }
}
