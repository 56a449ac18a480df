package org.tribuo.distill.schedule;

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
public final class CosineSchedule extends RampSchedule {
  /** For OLCUT. */
  private CosineSchedule() {}

  /**
   * A number that changes along half a cosine wave.
   *
   * @param from at the first step
   * @param to at the last step
   */
  public CosineSchedule(float from, float to) {
    super(from, to);
  }

  @Override
  double way(double progress) {
    return (1 - Math.cos(Math.PI * progress)) / 2;
  }
}
