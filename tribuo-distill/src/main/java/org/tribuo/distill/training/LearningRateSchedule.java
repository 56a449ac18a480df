package org.tribuo.distill.training;

/**
 * The learning rate at each step. All schedules rise linearly to their peak during the warm-up;
 * they differ in what follows. Immutable and safe for many threads.
 */
public sealed interface LearningRateSchedule {
  /**
   * The learning rate of a step.
   *
   * @param step the step, counted from 0
   * @param totalSteps the steps of the whole training
   * @return the learning rate, from 0 to the peak
   * @throws IllegalArgumentException if the step is negative or not below {@code totalSteps}
   */
  default float at(long step, long totalSteps) {
    if (step < 0 || step >= totalSteps) {
      throw new IllegalArgumentException(
          "The step must be in [0, %d), but is %d".formatted(totalSteps, step));
    }
    long warmUp = warmUp().steps(totalSteps);
    if (step < warmUp) {
      return (float) (peak() * (step + 1.0) / warmUp);
    }
    double progress = (double) (step - warmUp) / Math.max(1, totalSteps - warmUp);
    return (float) (peak() * afterWarmUp(progress));
  }

  /** The largest learning rate. */
  float peak();

  /** How long it takes to get there. */
  WarmUp warmUp();

  /**
   * The part of the peak that is left.
   *
   * @param progress the part of the steps after the warm-up that is over, in [0, 1)
   */
  double afterWarmUp(double progress);

  /** The peak, for good. */
  record Constant(float peak, WarmUp warmUp) implements LearningRateSchedule {
    /**
     * @throws IllegalArgumentException if the peak is not finite and positive
     */
    public Constant {
      requirePeak(peak);
    }

    /** Without warm-up. */
    public Constant(float peak) {
      this(peak, WarmUp.NONE);
    }

    @Override
    public double afterWarmUp(double progress) {
      return 1;
    }
  }

  /** A straight line down to 0, which the step after the last one would have. */
  record Linear(float peak, WarmUp warmUp) implements LearningRateSchedule {
    /**
     * @throws IllegalArgumentException if the peak is not finite and positive
     */
    public Linear {
      requirePeak(peak);
    }

    @Override
    public double afterWarmUp(double progress) {
      return 1 - progress;
    }
  }

  /** Half a cosine wave down to 0 (Loshchilov &amp; Hutter 2017, arXiv:1608.03983, one cycle). */
  record Cosine(float peak, WarmUp warmUp) implements LearningRateSchedule {
    /**
     * @throws IllegalArgumentException if the peak is not finite and positive
     */
    public Cosine {
      requirePeak(peak);
    }

    @Override
    public double afterWarmUp(double progress) {
      return (1 + Math.cos(Math.PI * progress)) / 2;
    }
  }

  /** How long a warm-up takes. */
  sealed interface WarmUp {
    /** No warm-up: the first step has the peak. */
    WarmUp NONE = new Steps(0);

    /** The steps of the warm-up in a training of so many steps. */
    long steps(long totalSteps);

    /** A part of all steps, rounded down, but at least one step. */
    record Fraction(double ofAllSteps) implements WarmUp {
      /**
       * @throws IllegalArgumentException if the fraction is not in [0, 1]
       */
      public Fraction {
        if (!(ofAllSteps >= 0 && ofAllSteps <= 1)) {
          throw new IllegalArgumentException(
              "The fraction of the warm-up must be in [0, 1], but is " + ofAllSteps);
        }
      }

      @Override
      public long steps(long totalSteps) {
        return Math.max(1, (long) (totalSteps * ofAllSteps));
      }
    }

    /** A number of steps. */
    record Steps(long count) implements WarmUp {
      /**
       * @throws IllegalArgumentException if the number is negative
       */
      public Steps {
        if (count < 0) {
          throw new IllegalArgumentException(
              "The steps of the warm-up must not be negative, but are " + count);
        }
      }

      @Override
      public long steps(long totalSteps) {
        return count;
      }
    }
  }

  private static void requirePeak(float peak) {
    if (!(peak > 0 && Float.isFinite(peak))) {
      throw new IllegalArgumentException(
          "The peak of the learning rate must be finite and positive, but is " + peak);
    }
  }
}
