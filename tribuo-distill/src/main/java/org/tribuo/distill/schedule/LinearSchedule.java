package org.tribuo.distill.schedule;

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
public final class LinearSchedule extends RampSchedule {
  /** For OLCUT. */
  private LinearSchedule() {}

  /**
   * A number that changes in a straight line.
   *
   * @param from at the first step
   * @param to at the last step
   */
  public LinearSchedule(float from, float to) {
    super(from, to);
  }

  @Override
  double way(double progress) {
    return progress;
  }
}
