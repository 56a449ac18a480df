package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.WeightedLosses;

/**
 * Several soft losses with weights, {@link WeightedLosses}.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.objective.SumOfLosses">
 *   <propertylist name="losses"><item>kl</item><item>dist</item></propertylist>
 *   <propertylist name="weights"><item>1</item><item>0.5</item></propertylist>
 * </component>
 * }</pre>
 */
public final class SumOfLosses implements SoftLossSource {
  @ConfigurableName private String component = "SumOfLosses";

  @Config(mandatory = true, description = "The losses.")
  private List<SoftLossSource> losses = List.of();

  @Config(mandatory = true, description = "The weight of each loss, 0 or more.")
  private double[] weights = new double[0];

  /** For OLCUT. */
  private SumOfLosses() {}

  /**
   * These losses with these weights.
   *
   * @throws PropertyException if there are not as many weights as losses, one is out of range, or
   *     the losses cannot be added up
   */
  public static SumOfLosses of(List<? extends SoftLossSource> losses, double... weights) {
    SumOfLosses sum = new SumOfLosses();
    sum.losses = List.copyOf(losses);
    sum.weights = weights.clone();
    sum.postConfig();
    return sum;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.check(
        "losses", () -> new WeightedLosses(summands(), Collections.nCopies(losses.size(), 1.0)));
    properties.check("weights", this::loss);
  }

  @Override
  public SoftLoss loss() {
    List<Double> ofEach = new ArrayList<>();
    for (double weight : weights) {
      ofEach.add(weight);
    }
    return new WeightedLosses(summands(), ofEach);
  }

  private List<SoftLoss> summands() {
    return losses.stream().map(SoftLossSource::loss).toList();
  }

  @Override
  public String toString() {
    return "SumOfLosses(%s, weights=%s)".formatted(losses, Arrays.toString(weights));
  }
}
