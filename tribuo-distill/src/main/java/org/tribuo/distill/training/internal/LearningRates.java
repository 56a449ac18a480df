package org.tribuo.distill.training.internal;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.schedule.Schedule;

/** What a schedule must be to be one of learning rates. */
public final class LearningRates {
  private LearningRates() {}

  /**
   * Checks the numbers of a learning rate.
   *
   * @throws PropertyException if it is negative or not finite at any step
   */
  public static void check(String property, Schedule rate, PropertyChecks properties) {
    if (!(rate.least() >= 0 && rate.greatest() < Float.POSITIVE_INFINITY)) {
      throw properties.refused(
          property,
          "goes from %s to %s, expected finite numbers of 0 or more"
              .formatted(rate.least(), rate.greatest()));
    }
  }
}
