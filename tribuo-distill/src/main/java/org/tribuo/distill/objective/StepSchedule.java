package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.Schedule;

/**
 * A number that has each of some values for an equal part of the steps; with one value it is a
 * constant.
 *
 * <pre>{@code
 * <component name="cooling" type="org.tribuo.distill.objective.StepSchedule">
 *   <propertylist name="values"><item>8</item><item>4</item><item>2</item></propertylist>
 * </component>
 * }</pre>
 */
public final class StepSchedule implements ScheduleSource {
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
    new PropertyChecks(component).check("values", this::schedule);
  }

  @Override
  public Schedule schedule() {
    List<Float> inOrder = new ArrayList<>();
    for (float value : values) {
      inOrder.add(value);
    }
    return inOrder.size() == 1 ? Schedule.constant(values[0]) : new Schedule.Step(inOrder);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
