package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.SoftLoss;

/**
 * {@link Dist} with its settings.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.objective.DistLoss">
 *   <property name="beta" value="2"/>
 * </component>
 * }</pre>
 */
public final class DistLoss implements SoftLossSource {
  @ConfigurableName private String component = "DistLoss";

  @Config(description = "The weight of the correlation between classes, 0 or more.")
  private double beta = 1;

  @Config(description = "The weight of the correlation between rows of a batch, 0 or more.")
  private double gamma = 1;

  /** For OLCUT. */
  private DistLoss() {}

  /**
   * A loss with these weights.
   *
   * @throws PropertyException if one is negative, or both are 0
   */
  public static DistLoss of(double beta, double gamma) {
    DistLoss loss = new DistLoss();
    loss.beta = beta;
    loss.gamma = gamma;
    loss.postConfig();
    return loss;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkWeight("beta", beta);
    properties.checkWeight("gamma", gamma);
    properties.check("beta", this::loss);
  }

  @Override
  public SoftLoss loss() {
    return new Dist(beta, gamma);
  }

  @Override
  public String toString() {
    return "DistLoss(beta=%s, gamma=%s)".formatted(beta, gamma);
  }
}
