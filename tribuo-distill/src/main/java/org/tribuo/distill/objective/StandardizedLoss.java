package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import org.tribuo.distill.loss.LogitStandardization;
import org.tribuo.distill.loss.SoftLoss;

/**
 * Another soft loss on standardised logits, {@link LogitStandardization}: the student need not
 * match the range of the teacher's.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.objective.StandardizedLoss">
 *   <property name="loss" value="kl"/>
 * </component>
 * <component name="kl" type="org.tribuo.distill.objective.StandardSoftLoss">
 *   <property name="kind" value="KL_DIVERGENCE"/>
 * </component>
 * }</pre>
 */
public final class StandardizedLoss implements SoftLossSource {
  @Config(mandatory = true, description = "The loss of the standardised logits.")
  private SoftLossSource loss;

  /** For OLCUT. */
  private StandardizedLoss() {}

  /** A loss of standardised logits. */
  public static StandardizedLoss of(SoftLossSource loss) {
    StandardizedLoss standardized = new StandardizedLoss();
    standardized.loss = loss;
    return standardized;
  }

  @Override
  public SoftLoss loss() {
    return new LogitStandardization(loss.loss());
  }

  @Override
  public String toString() {
    return "StandardizedLoss(%s)".formatted(loss);
  }
}
