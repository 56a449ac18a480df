package org.tribuo.distill.schedule;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Another schedule, times a factor, such as the learning rate of a student of another width.
 *
 * <pre>{@code
 * <component name="rate" type="org.tribuo.distill.schedule.ScaledSchedule">
 *   <property name="schedule" value="rate-of-the-whole"/>
 *   <property name="factor" value="2"/>
 * </component>
 * }</pre>
 */
public final class ScaledSchedule implements Schedule {
  @ConfigurableName private String component = "ScaledSchedule";

  @Config(mandatory = true, description = "The schedule whose numbers are multiplied.")
  private Schedule schedule;

  @Config(mandatory = true, description = "What they are multiplied by, finite and positive.")
  private float factor;

  /** For OLCUT. */
  private ScaledSchedule() {}

  /**
   * A schedule times a factor.
   *
   * @param factor finite and positive
   * @throws PropertyException if it is not
   */
  public ScaledSchedule(Schedule schedule, float factor) {
    this.schedule = schedule;
    this.factor = factor;
    postConfig();
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (!(factor > 0 && Float.isFinite(factor))) {
      throw properties.refused(
          "factor", "is %s, expected a finite number above 0".formatted(factor));
    }
  }

  @Override
  public float within(long step, long totalSteps) {
    return factor * schedule.within(step, totalSteps);
  }

  @Override
  public float least() {
    return factor * schedule.least();
  }

  @Override
  public float greatest() {
    return factor * schedule.greatest();
  }

  @Override
  public String toString() {
    return "ScaledSchedule(%s, factor=%s)".formatted(schedule, factor);
  }
}
