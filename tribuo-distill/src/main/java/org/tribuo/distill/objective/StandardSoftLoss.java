package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import org.tribuo.distill.loss.BinarySoftTargets;
import org.tribuo.distill.loss.CosineDistance;
import org.tribuo.distill.loss.JensenShannon;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.loss.RegressionSoftTargets;
import org.tribuo.distill.loss.ReverseKl;
import org.tribuo.distill.loss.SoftCrossEntropy;
import org.tribuo.distill.loss.SoftLoss;

/**
 * A soft loss in its usual form.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.objective.StandardSoftLoss">
 *   <property name="kind" value="REVERSE_KL"/>
 * </component>
 * }</pre>
 */
public final class StandardSoftLoss implements SoftLossSource {
  /** The losses. */
  public enum Kind {
    /** {@link org.tribuo.distill.loss.KlDivergence}, usual for Label. */
    KL_DIVERGENCE(new KlDivergence()),
    /** {@link org.tribuo.distill.loss.ReverseKl}. */
    REVERSE_KL(new ReverseKl()),
    /** {@link org.tribuo.distill.loss.JensenShannon}, symmetric. */
    JENSEN_SHANNON(new JensenShannon()),
    /** {@link org.tribuo.distill.loss.SoftCrossEntropy}, times T². */
    SOFT_CROSS_ENTROPY(new SoftCrossEntropy()),
    /** {@link org.tribuo.distill.loss.SoftCrossEntropy} without T². */
    SOFT_CROSS_ENTROPY_UNSCALED(new SoftCrossEntropy(SoftCrossEntropy.Scale.UNSCALED)),
    /** {@link org.tribuo.distill.loss.LogitsMse}, the sum of squares. */
    LOGITS_MSE(new LogitsMse()),
    /** {@link org.tribuo.distill.loss.CosineDistance}. */
    COSINE_DISTANCE(new CosineDistance()),
    /** {@link org.tribuo.distill.loss.BinarySoftTargets}, usual for MultiLabel. */
    BINARY_SOFT_TARGETS(new BinarySoftTargets()),
    /** {@link org.tribuo.distill.loss.RegressionSoftTargets}, usual for Regressor. */
    REGRESSION_SOFT_TARGETS(new RegressionSoftTargets());

    private final SoftLoss loss;

    Kind(SoftLoss loss) {
      this.loss = loss;
    }
  }

  @Config(mandatory = true, description = "Which loss.")
  private Kind kind;

  /** For OLCUT. */
  private StandardSoftLoss() {}

  /** A loss. */
  public static StandardSoftLoss of(Kind kind) {
    StandardSoftLoss source = new StandardSoftLoss();
    source.kind = kind;
    return source;
  }

  @Override
  public SoftLoss loss() {
    return kind.loss;
  }

  @Override
  public String toString() {
    return kind.toString();
  }
}
