package org.tribuo.distill.schedule;

import com.oracle.labs.mlrg.olcut.config.Config;

/**
 * The same number at each step.
 *
 * <pre>{@code
 * <component name="level" type="org.tribuo.distill.schedule.ConstantSchedule">
 *   <property name="value" value="0.9"/>
 * </component>
 * }</pre>
 */
public final class ConstantSchedule implements Schedule {
  @Config(mandatory = true, description = "The number at each step.")
  private float value;

  /** For OLCUT. */
  private ConstantSchedule() {}

  /** This number at each step. */
  public ConstantSchedule(float value) {
    this.value = value;
  }

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

  @Override
  public String toString() {
    return Float.toString(value);
  }
}
