package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.loss.SoftLoss;

/**
 * {@link LogitsMse} with its settings.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.objective.LogitsMseLoss">
 *   <property name="classes" value="MEAN"/>
 * </component>
 * }</pre>
 */
public final class LogitsMseLoss implements SoftLossSource {
  @Config(description = "What becomes of the squares of one example.")
  private LogitsMse.Reduction classes = LogitsMse.Reduction.SUM;

  @Config(description = "Whether the logits are divided by the temperature first.")
  private LogitsMse.Logits logits = LogitsMse.Logits.PLAIN;

  /** For OLCUT. */
  private LogitsMseLoss() {}

  /** A loss of these logits. */
  public static LogitsMseLoss of(LogitsMse.Reduction classes, LogitsMse.Logits logits) {
    LogitsMseLoss loss = new LogitsMseLoss();
    loss.classes = classes;
    loss.logits = logits;
    return loss;
  }

  @Override
  public SoftLoss loss() {
    return new LogitsMse(classes, logits);
  }

  @Override
  public String toString() {
    return "LogitsMseLoss(classes=%s, logits=%s)".formatted(classes, logits);
  }
}
