package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import java.util.Objects;
import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Cross-entropy against the teacher's softened probabilities, in nats: {@code -T² Σ_c p log q}. It
 * differs from {@link KlDivergence} by the teacher's entropy, so gradients are the same and the
 * least value is not 0.
 *
 * <p>Summed over classes, mean over the rows that count. TextBrewer leaves T² out (so does {@link
 * Scale#UNSCALED}); TinyBERT's code divides by the number of classes as well.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.loss.SoftCrossEntropy">
 *   <property name="scale" value="UNSCALED"/>
 * </component>
 * }</pre>
 */
public final class SoftCrossEntropy implements RowwiseSoftLoss {
  /** By what the cross-entropy is multiplied. */
  public enum Scale {
    /** T², so that gradients have the same size at every temperature. */
    T_SQUARED,
    /** Nothing: gradients shrink with the square of the temperature. */
    UNSCALED
  }

  @Config(description = "What the cross-entropy is multiplied by.")
  private Scale scale = Scale.T_SQUARED;

  /** Times T². */
  public SoftCrossEntropy() {}

  /** With this factor. */
  public SoftCrossEntropy(Scale scale) {
    this.scale = Objects.requireNonNull(scale, "scale");
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.PROBABILITIES);
  }

  @Override
  public Value perRow(Ops op, Rows rows) {
    rows.requireClasses(2, "SoftCrossEntropy", "with one class it is always 0");
    Softened at = Softened.of(op, rows);
    Value crossEntropy = op.neg(op.reduceSum(op.mul(op.exp(at.logP()), at.logQ()), -1));
    return scale == Scale.UNSCALED ? crossEntropy : op.mul(crossEntropy, at.squaredTemperature());
  }

  @Override
  public String toString() {
    return "SoftCrossEntropy(scale=%s)".formatted(scale);
  }
}
