package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.Schedule;
import org.tribuo.distill.loss.Schedule.Piecewise;

/**
 * One schedule after the other: here a warm-up over a tenth of the steps.
 *
 * <pre>{@code
 * <component name="warming" type="org.tribuo.distill.objective.PiecewiseSchedule">
 *   <propertylist name="pieces"><item>rising</item><item>level</item></propertylist>
 *   <propertylist name="until"><item>0.1</item><item>1</item></propertylist>
 * </component>
 * <component name="rising" type="org.tribuo.distill.objective.RampSchedule">
 *   <property name="from" value="0"/>
 *   <property name="to" value="0.9"/>
 * </component>
 * <component name="level" type="org.tribuo.distill.objective.StepSchedule">
 *   <propertylist name="values"><item>0.9</item></propertylist>
 * </component>
 * }</pre>
 */
public final class PiecewiseSchedule implements ScheduleSource {
  @ConfigurableName private String component = "PiecewiseSchedule";

  @Config(mandatory = true, description = "The schedules, in their order.")
  private List<ScheduleSource> pieces = List.of();

  @Config(
      mandatory = true,
      description = "Where each schedule ends, as a part of all steps; the last number is 1.")
  private double[] until = new double[0];

  /** For OLCUT. */
  private PiecewiseSchedule() {}

  /**
   * Some schedules.
   *
   * @param pieces in their order
   * @param until where each ends, as a part of all steps: ascending numbers above 0, the last 1
   * @throws PropertyException if there are not as many ends as pieces, or they do not ascend to 1
   */
  public static PiecewiseSchedule of(List<? extends ScheduleSource> pieces, double... until) {
    PiecewiseSchedule schedule = new PiecewiseSchedule();
    schedule.pieces = List.copyOf(pieces);
    schedule.until = until.clone();
    schedule.postConfig();
    return schedule;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    if (pieces.size() != until.length) {
      throw properties.refused(
          "until",
          "says where %d schedules end, and there are %d".formatted(until.length, pieces.size()));
    }
    properties.check("until", this::schedule);
  }

  @Override
  public Schedule schedule() {
    List<Piecewise.Piece> all = new ArrayList<>();
    for (int i = 0; i < until.length; i++) {
      all.add(new Piecewise.Piece(until[i], pieces.get(i).schedule()));
    }
    return new Piecewise(all);
  }

  @Override
  public String toString() {
    return "%s until %s".formatted(pieces, Arrays.toString(until));
  }
}
