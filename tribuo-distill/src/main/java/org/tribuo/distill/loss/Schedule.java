package org.tribuo.distill.loss;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * A number that may change from step to step: the weight of a term, or the temperature. Whoever
 * uses it says which numbers are allowed. Immutable and safe for many threads.
 */
public sealed interface Schedule {
  /**
   * The number of a step.
   *
   * @param step the step, counted from 0
   * @param totalSteps the steps of the whole training
   * @return a number from {@link #least} to {@link #greatest}
   * @throws IllegalArgumentException if the step is negative or not below {@code totalSteps}
   */
  default float at(long step, long totalSteps) {
    if (step < 0 || step >= totalSteps) {
      throw new IllegalArgumentException(
          "The step must be in [0, %d), but is %d".formatted(totalSteps, step));
    }
    return within(step, totalSteps);
  }

  /** As {@link #at}, for a step that is known to be one of the steps. */
  float within(long step, long totalSteps);

  /** No step has a smaller number. */
  float least();

  /** No step has a greater number. */
  float greatest();

  /** The same number at each step. */
  static Schedule constant(float value) {
    return new Constant(value);
  }

  /** The same number at each step. */
  record Constant(float value) implements Schedule {
    @Override
    public float within(long step, long totalSteps) {
      return value;
    }

    @Override
    public float least() {
      return value;
    }

    @Override
    public float greatest() {
      return value;
    }
  }

  /**
   * A straight line.
   *
   * @param from at the first step
   * @param to at the last step
   */
  record Linear(float from, float to) implements Schedule {
    @Override
    public float within(long step, long totalSteps) {
      return between(from, to, progress(step, totalSteps));
    }

    @Override
    public float least() {
      return Math.min(from, to);
    }

    @Override
    public float greatest() {
      return Math.max(from, to);
    }
  }

  /**
   * Half a cosine wave, which starts and ends level.
   *
   * @param from at the first step
   * @param to at the last step
   */
  record Cosine(float from, float to) implements Schedule {
    @Override
    public float within(long step, long totalSteps) {
      return between(from, to, (1 - Math.cos(Math.PI * progress(step, totalSteps))) / 2);
    }

    @Override
    public float least() {
      return Math.min(from, to);
    }

    @Override
    public float greatest() {
      return Math.max(from, to);
    }
  }

  /**
   * Stairs: each number for an equal part of the steps, in this order. With fewer steps than
   * numbers some numbers are left out.
   */
  record Step(List<Float> values) implements Schedule {
    /**
     * @throws IllegalArgumentException if there is no number
     */
    public Step {
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new IllegalArgumentException("A schedule of steps has no values, expected some");
      }
    }

    @Override
    public float within(long step, long totalSteps) {
      return values.get((int) (step * values.size() / totalSteps));
    }

    @Override
    public float least() {
      return Collections.min(values);
    }

    @Override
    public float greatest() {
      return Collections.max(values);
    }
  }

  /** One schedule after the other. */
  record Piecewise(List<Piece> pieces) implements Schedule {
    /**
     * A part of the steps.
     *
     * @param until where it ends, as a part of all steps: above 0, and 1 at the end
     * @param schedule runs from its first to its last step within this part
     */
    public record Piece(double until, Schedule schedule) {}

    /**
     * @throws IllegalArgumentException if there is no piece, or the pieces do not end one after the
     *     other, the last one at 1
     */
    public Piecewise {
      pieces = List.copyOf(pieces);
      List<Double> ends = pieces.stream().map(Piece::until).toList();
      double before = 0;
      for (double end : ends) {
        if (!(end > before)) {
          throw refused(ends);
        }
        before = end;
      }
      if (before != 1) {
        throw refused(ends);
      }
    }

    private static IllegalArgumentException refused(List<Double> ends) {
      return new IllegalArgumentException(
          "The pieces of a schedule end at %s of all steps, expected ascending numbers above 0 of which the last is 1"
              .formatted(ends));
    }

    @Override
    public float within(long step, long totalSteps) {
      long start = 0;
      for (Piece piece : pieces) {
        long end = Math.round(piece.until() * totalSteps);
        if (step < end) {
          return piece.schedule().within(step - start, end - start);
        }
        start = end;
      }
      throw new IllegalStateException("The last piece ends with the last step");
    }

    @Override
    public float least() {
      return Collections.min(values(Schedule::least));
    }

    @Override
    public float greatest() {
      return Collections.max(values(Schedule::greatest));
    }

    private List<Float> values(Function<Schedule, Float> value) {
      List<Float> values = new ArrayList<>();
      pieces.forEach(piece -> values.add(value.apply(piece.schedule())));
      return values;
    }
  }

  /** From 0 at the first step to 1 at the last. */
  private static double progress(long step, long totalSteps) {
    return (double) step / Math.max(1, totalSteps - 1);
  }

  private static float between(float from, float to, double progress) {
    return (float) (from + ((double) to - from) * progress);
  }
}
