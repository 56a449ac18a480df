package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.SoftLoss;

/**
 * {@link Dkd} with its settings.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.objective.DkdLoss">
 *   <property name="beta" value="8"/>
 * </component>
 * }</pre>
 */
public final class DkdLoss implements SoftLossSource {
  @ConfigurableName private String component = "DkdLoss";

  @Config(description = "The weight of the true class's part, 0 or more.")
  private double alpha = 1;

  @Config(description = "The weight of the other classes' part, 0 or more.")
  private double beta = 8;

  @Config(
      description =
          "What becomes of rows without a label: they are left out, or the teacher's likeliest class"
              + " is taken for the true one.")
  private Dkd.Unlabelled unlabelled = Dkd.Unlabelled.LEFT_OUT;

  /** For OLCUT. */
  private DkdLoss() {}

  /**
   * A loss with these weights, which leaves out rows without a label.
   *
   * @throws PropertyException if one is negative, or both are 0
   */
  public static DkdLoss of(double alpha, double beta) {
    DkdLoss loss = new DkdLoss();
    loss.alpha = alpha;
    loss.beta = beta;
    loss.postConfig();
    return loss;
  }

  /** The same, which learns from rows without a label as {@code unlabelled} says. */
  public DkdLoss with(Dkd.Unlabelled unlabelled) {
    DkdLoss other = of(alpha, beta);
    other.unlabelled = unlabelled;
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkWeight("alpha", alpha);
    properties.checkWeight("beta", beta);
    properties.check("alpha", this::loss);
  }

  @Override
  public SoftLoss loss() {
    return new Dkd(alpha, beta, unlabelled);
  }

  @Override
  public String toString() {
    return "DkdLoss(alpha=%s, beta=%s, unlabelled=%s)".formatted(alpha, beta, unlabelled);
  }
}
