package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import java.util.Objects;
import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Squared distance of the logits: {@code Σ_c (s - t)²} (Ba and Caruana 2014, arXiv:1312.6184). What
 * distillation at a high temperature tends to, if the logits have zero mean.
 *
 * <p>Mean over the rows that count. There is no T²: where logits are divided by T first, T² would
 * only undo that.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.loss.LogitsMse">
 *   <property name="classes" value="MEAN"/>
 * </component>
 * }</pre>
 */
public final class LogitsMse implements RowwiseSoftLoss {
  /** How the squares of one row are reduced. */
  public enum Reduction {
    /** They are added up. */
    SUM,
    /** They are averaged. */
    MEAN
  }

  /** Which logits are compared. */
  public enum Logits {
    /** As they are, without a temperature. */
    PLAIN,
    /** Divided by the temperature. */
    SOFTENED
  }

  @Config(
      description =
          "How the squares of one row are reduced: their sum, or their mean, as in PyTorch's"
              + " mse_loss.")
  private Reduction classes = Reduction.SUM;

  @Config(description = "Whether the logits are divided by the temperature first.")
  private Logits logits = Logits.PLAIN;

  /** The sum of squares of plain logits. */
  public LogitsMse() {}

  /**
   * A loss of these logits.
   *
   * @param classes sum over classes, or their mean, as PyTorch's {@code mse_loss} does
   * @param logits as they are, or divided by the temperature first
   */
  public LogitsMse(Reduction classes, Logits logits) {
    this.classes = Objects.requireNonNull(classes, "classes");
    this.logits = Objects.requireNonNull(logits, "logits");
  }

  @Override
  public boolean ignoresImpossibleClasses() {
    return false;
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.LOGITS);
  }

  @Override
  public Value perRow(Ops op, Rows rows) {
    Value difference = op.sub(rows.student(), rows.teacher());
    Value squares =
        op.square(logits == Logits.PLAIN ? difference : op.div(difference, rows.temperature()));
    return classes == Reduction.SUM ? op.reduceSum(squares, -1) : op.reduceMean(squares, -1);
  }

  @Override
  public String toString() {
    return "LogitsMse(classes=%s, logits=%s)".formatted(classes, logits);
  }
}
