package org.tribuo.distill.schedule;

import com.oracle.labs.mlrg.olcut.config.Config;

/** A number that goes from one value at the first step to another at the last. */
abstract class RampSchedule implements Schedule {
  @Config(mandatory = true, description = "The number at the first step.")
  private float from;

  @Config(mandatory = true, description = "The number at the last step.")
  private float to;

  RampSchedule() {}

  RampSchedule(float from, float to) {
    this.from = from;
    this.to = to;
  }

  /**
   * The fraction of the ramp that has passed.
   *
   * @param progress how much of the steps is, from 0 at the first to 1 at the last
   * @return from 0 to 1
   */
  abstract double way(double progress);

  @Override
  public final float within(long step, long totalSteps) {
    double progress = (double) step / Math.max(1, totalSteps - 1);
    return (float) (from + ((double) to - from) * way(progress));
  }

  @Override
  public final float least() {
    return Math.min(from, to);
  }

  @Override
  public final float greatest() {
    return Math.max(from, to);
  }

  @Override
  public String toString() {
    return "%s(from=%s, to=%s)".formatted(getClass().getSimpleName(), from, to);
  }
}
