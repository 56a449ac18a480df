package org.tribuo.distill.schedule;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Arrays;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Stairs: each number for an equal part of the steps, in this order. With fewer steps than numbers
 * some numbers are left out.
 *
 * <pre>{@code
 * <component name="cooling" type="org.tribuo.distill.schedule.StepSchedule">
 *   <propertylist name="values"><item>8</item><item>4</item><item>2</item></propertylist>
 * </component>
 * }</pre>
 */
public final class StepSchedule implements Schedule {
  @ConfigurableName private String component = "StepSchedule";

  @Config(mandatory = true, description = "The values, in their order.")
  private float[] values = new float[0];

  /** For OLCUT. */
  private StepSchedule() {}

  /**
   * These values in this order.
   *
   * @throws PropertyException if there is none
   */
  public static StepSchedule of(float... values) {
    StepSchedule schedule = new StepSchedule();
    schedule.values = values.clone();
    schedule.postConfig();
    return schedule;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (values.length == 0) {
      throw properties.refused("values", "are none, expected at least one");
    }
  }

  @Override
  public float within(long step, long totalSteps) {
    return values[(int) (step * values.length / totalSteps)];
  }

  @Override
  public float least() {
    float least = values[0];
    for (float value : values) {
      least = Math.min(least, value);
    }
    return least;
  }

  @Override
  public float greatest() {
    float greatest = values[0];
    for (float value : values) {
      greatest = Math.max(greatest, value);
    }
    return greatest;
  }

  @Override
  public String toString() {
    return "StepSchedule" + Arrays.toString(values);
  }
}
