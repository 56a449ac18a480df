package org.tribuo.distill.schedule;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Arrays;
import java.util.List;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * One schedule after the other: here a rise over a tenth of the steps.
 *
 * <pre>{@code
 * <component name="warming" type="org.tribuo.distill.schedule.PiecewiseSchedule">
 *   <propertylist name="pieces"><item>rising</item><item>level</item></propertylist>
 *   <propertylist name="until"><item>0.1</item><item>1</item></propertylist>
 * </component>
 * <component name="rising" type="org.tribuo.distill.schedule.LinearSchedule">
 *   <property name="from" value="0"/>
 *   <property name="to" value="0.9"/>
 * </component>
 * <component name="level" type="org.tribuo.distill.schedule.ConstantSchedule">
 *   <property name="value" value="0.9"/>
 * </component>
 * }</pre>
 *
 * <p>Each piece runs from its own first to its own last step.
 */
public final class PiecewiseSchedule implements Schedule {
  @ConfigurableName private String component = "PiecewiseSchedule";

  @Config(mandatory = true, description = "The schedules, in their order.")
  private List<Schedule> pieces = List.of();

  @Config(
      mandatory = true,
      description = "Where each schedule ends, as a fraction of all steps; the last number is 1.")
  private double[] until = new double[0];

  /** For OLCUT. */
  private PiecewiseSchedule() {}

  /**
   * Some schedules.
   *
   * @param pieces in their order
   * @param until where each ends, as a fraction of all steps: ascending numbers above 0, the last 1
   * @throws PropertyException if there are not as many ends as pieces, or they do not ascend to 1
   */
  public static PiecewiseSchedule of(List<? extends Schedule> pieces, double... until) {
    PiecewiseSchedule schedule = new PiecewiseSchedule();
    schedule.pieces = List.copyOf(pieces);
    schedule.until = until.clone();
    schedule.postConfig();
    return schedule;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (pieces.size() != until.length) {
      throw properties.refused(
          "until", "has %d ends for %d schedules".formatted(until.length, pieces.size()));
    }
    double before = 0;
    for (double end : until) {
      if (!(end > before)) {
        throw endsRefused(properties);
      }
      before = end;
    }
    if (before != 1) {
      throw endsRefused(properties);
    }
  }

  private PropertyException endsRefused(PropertyChecks properties) {
    return properties.refused(
        "until",
        "is %s, expected ascending numbers above 0 of which the last is 1"
            .formatted(Arrays.toString(until)));
  }

  @Override
  public float within(long step, long totalSteps) {
    long start = 0;
    for (int i = 0; i < until.length; i++) {
      long end = Math.round(until[i] * totalSteps);
      if (step < end) {
        return pieces.get(i).within(step - start, end - start);
      }
      start = end;
    }
    throw new IllegalStateException("The last piece ends with the last step");
  }

  @Override
  public float least() {
    return pieces.stream().map(Schedule::least).reduce(Math::min).orElseThrow();
  }

  @Override
  public float greatest() {
    return pieces.stream().map(Schedule::greatest).reduce(Math::max).orElseThrow();
  }

  @Override
  public String toString() {
    return "PiecewiseSchedule(%s until %s)".formatted(pieces, Arrays.toString(until));
  }
}
