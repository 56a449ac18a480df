package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.JensenShannon;
import org.tribuo.distill.loss.SoftLoss;

/**
 * {@link JensenShannon} with its setting.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.objective.JensenShannonLoss">
 *   <property name="beta" value="0.1"/>
 * </component>
 * }</pre>
 */
public final class JensenShannonLoss implements SoftLossSource {
  @ConfigurableName private String component = "JensenShannonLoss";

  @Config(description = "From 0, the forward divergence, to 1, the reverse one.")
  private double beta = 0.5;

  /** For OLCUT. */
  private JensenShannonLoss() {}

  /**
   * A loss between the two divergences.
   *
   * @throws PropertyException if beta is not from 0 to 1
   */
  public static JensenShannonLoss of(double beta) {
    JensenShannonLoss loss = new JensenShannonLoss();
    loss.beta = beta;
    loss.postConfig();
    return loss;
  }

  @Override
  public void postConfig() {
    new PropertyChecks(component).check("beta", this::loss);
  }

  @Override
  public SoftLoss loss() {
    return new JensenShannon(beta);
  }

  @Override
  public String toString() {
    return "JensenShannonLoss(beta=%s)".formatted(beta);
  }
}
