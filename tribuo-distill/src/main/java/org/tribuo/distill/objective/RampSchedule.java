package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import org.tribuo.distill.loss.Schedule;

/**
 * A number that goes evenly from one value to another.
 *
 * <pre>{@code
 * <component name="rising" type="org.tribuo.distill.objective.RampSchedule">
 *   <property name="from" value="0.5"/>
 *   <property name="to" value="0.9"/>
 * </component>
 * }</pre>
 */
public final class RampSchedule implements ScheduleSource {
  /** How it goes. */
  public enum Shape {
    /** {@link Schedule.Linear}: in a straight line. */
    LINEAR,
    /** {@link Schedule.Cosine}: along half a cosine wave. */
    COSINE
  }

  @Config(description = "How the number goes from one value to the other.")
  private Shape shape = Shape.LINEAR;

  @Config(mandatory = true, description = "The number at the first step.")
  private float from;

  @Config(mandatory = true, description = "The number at the last step.")
  private float to;

  /** For OLCUT. */
  private RampSchedule() {}

  /** A straight line. */
  public static RampSchedule linear(float from, float to) {
    return of(Shape.LINEAR, from, to);
  }

  /** Half a cosine wave. */
  public static RampSchedule cosine(float from, float to) {
    return of(Shape.COSINE, from, to);
  }

  private static RampSchedule of(Shape shape, float from, float to) {
    RampSchedule schedule = new RampSchedule();
    schedule.shape = shape;
    schedule.from = from;
    schedule.to = to;
    return schedule;
  }

  @Override
  public Schedule schedule() {
    return switch (shape) {
      case LINEAR -> new Schedule.Linear(from, to);
      case COSINE -> new Schedule.Cosine(from, to);
    };
  }

  @Override
  public String toString() {
    return "%s from %s to %s".formatted(shape, from, to);
  }
}
