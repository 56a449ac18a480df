package org.tribuo.distill.schedule;

import com.oracle.labs.mlrg.olcut.config.Config;

/**
 * A straight line from one number to another.
 *
 * <pre>{@code
 * <component name="rising" type="org.tribuo.distill.schedule.LinearSchedule">
 *   <property name="from" value="0.5"/>
 *   <property name="to" value="0.9"/>
 * </component>
 * }</pre>
 */
public final class LinearSchedule implements Schedule {
  @Config(mandatory = true, description = "The number at the first step.")
  private float from;

  @Config(mandatory = true, description = "The number at the last step.")
  private float to;

  /** For OLCUT. */
  private LinearSchedule() {}

  /**
   * A number that changes in a straight line.
   *
   * @param from at the first step
   * @param to at the last step
   */
  public LinearSchedule(float from, float to) {
    this.from = from;
    this.to = to;
  }

  @Override
  public float within(long step, long totalSteps) {
    return Progress.between(from, to, Progress.of(step, totalSteps));
  }

  @Override
  public float least() {
    return Math.min(from, to);
  }

  @Override
  public float greatest() {
    return Math.max(from, to);
  }

  @Override
  public String toString() {
    return "LinearSchedule(from=%s, to=%s)".formatted(from, to);
  }
}
