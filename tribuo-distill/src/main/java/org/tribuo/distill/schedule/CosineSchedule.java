package org.tribuo.distill.schedule;

import com.oracle.labs.mlrg.olcut.config.Config;

/**
 * Half a cosine wave from one number to another, which starts and ends level.
 *
 * <pre>{@code
 * <component name="cooling" type="org.tribuo.distill.schedule.CosineSchedule">
 *   <property name="from" value="8"/>
 *   <property name="to" value="1"/>
 * </component>
 * }</pre>
 */
public final class CosineSchedule implements Schedule {
  @Config(mandatory = true, description = "The number at the first step.")
  private float from;

  @Config(mandatory = true, description = "The number at the last step.")
  private float to;

  /** For OLCUT. */
  private CosineSchedule() {}

  /**
   * A number that changes along half a cosine wave.
   *
   * @param from at the first step
   * @param to at the last step
   */
  public CosineSchedule(float from, float to) {
    this.from = from;
    this.to = to;
  }

  @Override
  public float within(long step, long totalSteps) {
    return Progress.between(from, to, (1 - Math.cos(Math.PI * Progress.of(step, totalSteps))) / 2);
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
    return "CosineSchedule(from=%s, to=%s)".formatted(from, to);
  }
}
