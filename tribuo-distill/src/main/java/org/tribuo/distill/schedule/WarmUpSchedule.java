package org.tribuo.distill.schedule;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * The usual learning rate of a Transformer: it rises in a straight line to its peak during the
 * warm-up, then it falls.
 *
 * <pre>{@code
 * <component name="rate" type="org.tribuo.distill.schedule.WarmUpSchedule">
 *   <property name="peak" value="2e-4"/>
 *   <property name="warmUp" value="0.1"/>
 *   <property name="decay" value="COSINE"/>
 * </component>
 * }</pre>
 */
public final class WarmUpSchedule implements Schedule {
  /** What follows the warm-up. */
  public enum Decay {
    /** The peak, for good. */
    CONSTANT,
    /** A straight line down to 0, which the step after the last one would have. */
    LINEAR,
    /** Half a cosine wave down to 0 (Loshchilov and Hutter 2017, arXiv:1608.03983, one cycle). */
    COSINE;

    /**
     * The fraction of the peak that is left.
     *
     * @param progress the fraction of the steps after the warm-up that is over, in [0, 1)
     */
    private double at(double progress) {
      return switch (this) {
        case CONSTANT -> 1;
        case LINEAR -> 1 - progress;
        case COSINE -> (1 + Math.cos(Math.PI * progress)) / 2;
      };
    }
  }

  @ConfigurableName private String component = "WarmUpSchedule";

  @Config(mandatory = true, description = "The greatest number, finite and positive.")
  private float peak;

  @Config(
      description =
          "The fraction of all steps over which the number rises to its peak, from 0 to 1; at least"
              + " one step.")
  private double warmUp = 0.1;

  @Config(description = "What follows the warm-up.")
  private Decay decay = Decay.LINEAR;

  /** For OLCUT. */
  private WarmUpSchedule() {}

  /**
   * A rise and what follows it.
   *
   * @param peak the greatest number, finite and positive
   * @param warmUp the fraction of all steps of the rise, from 0 to 1; rounded down, but at least
   *     one step
   * @param decay what follows
   * @throws PropertyException if peak or warm-up is out of its range
   */
  public WarmUpSchedule(float peak, double warmUp, Decay decay) {
    this.peak = peak;
    this.warmUp = warmUp;
    this.decay = decay;
    postConfig();
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (!(peak > 0 && Float.isFinite(peak))) {
      throw properties.refused("peak", "is %s, expected a finite number above 0".formatted(peak));
    }
    if (!(warmUp >= 0 && warmUp <= 1)) {
      throw properties.refused(
          "warmUp", "is %s, expected a fraction of all steps from 0 to 1".formatted(warmUp));
    }
  }

  @Override
  public float within(long step, long totalSteps) {
    long rising = Math.max(1, (long) (totalSteps * warmUp));
    if (step < rising) {
      return (float) (peak * (step + 1.0) / rising);
    }
    double progress = (double) (step - rising) / Math.max(1, totalSteps - rising);
    return (float) (peak * decay.at(progress));
  }

  @Override
  public float least() {
    return 0;
  }

  @Override
  public float greatest() {
    return peak;
  }

  @Override
  public String toString() {
    return "WarmUpSchedule(peak=%s, warmUp=%s, decay=%s)".formatted(peak, warmUp, decay);
  }
}
