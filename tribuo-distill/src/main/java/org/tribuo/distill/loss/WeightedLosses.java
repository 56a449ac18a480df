package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * The sum of several soft losses, {@code Σ weight * loss}. Each is averaged and scaled as its own
 * description states; nothing is divided by the sum of the weights. Each is reported, too, by its
 * number: {@code soft.1}, {@code soft.2}, …
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.loss.WeightedLosses">
 *   <propertylist name="losses"><item>kl</item><item>dist</item></propertylist>
 *   <propertylist name="weights"><item>1</item><item>0.5</item></propertylist>
 * </component>
 * }</pre>
 */
public final class WeightedLosses implements SoftLoss {
  @ConfigurableName private String component = "WeightedLosses";

  @Config(mandatory = true, description = "The losses, at least one.")
  private List<SoftLoss> losses = List.of();

  @Config(mandatory = true, description = "The weight of each loss, finite, 0 or more.")
  private double[] weights = new double[0];

  /** For OLCUT. */
  private WeightedLosses() {}

  /**
   * These losses with these weights.
   *
   * @param losses at least one
   * @param weights one for each loss, finite, 0 or more
   * @throws PropertyException if there are not as many weights as losses, one is out of range, or
   *     the losses cannot be added up
   */
  public WeightedLosses(List<? extends SoftLoss> losses, double... weights) {
    this.losses = List.copyOf(losses);
    this.weights = weights.clone();
    postConfig();
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (losses.stream().map(SoftLoss::largestOfTeacher).distinct().count() > 1
        || losses.stream().map(SoftLoss::massOfTeacher).distinct().count() > 1) {
      throw properties.refused(
          "losses",
          ("are %s, which do not all read as many of the teacher's logits: a loss of the largest ones"
                  + " is added to another such loss of as many, or stands alone")
              .formatted(losses));
    }
    if (losses.isEmpty() || losses.size() != weights.length) {
      throw properties.refused(
          "weights",
          "are %d for %d losses, expected at least one loss and a weight for each"
              .formatted(weights.length, losses.size()));
    }
    for (double weight : weights) {
      properties.checkWeight("weights", weight);
    }
  }

  @Override
  public Value over(Ops op, Rows rows) {
    return IntStream.range(0, losses.size())
        .mapToObj(i -> op.mul(part(op, rows, i), weights[i]))
        .reduce(op::add)
        .orElseThrow();
  }

  private Value part(Ops op, Rows rows, int i) {
    SoftLoss loss = losses.get(i);
    String name = String.valueOf(i + 1);
    return countsUnlabelled() && !loss.countsUnlabelled()
        ? rows.partOfLabelled(name, part -> loss.over(op, part))
        : rows.part(name, part -> loss.over(op, part));
  }

  @Override
  public boolean ignoresImpossibleClasses() {
    return losses.stream().allMatch(SoftLoss::ignoresImpossibleClasses);
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return losses.stream()
        .flatMap(loss -> loss.answerForms().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public boolean needsLabels() {
    return losses.stream().anyMatch(SoftLoss::needsLabels);
  }

  @Override
  public boolean countsUnlabelled() {
    return losses.stream().anyMatch(SoftLoss::countsUnlabelled);
  }

  @Override
  public boolean weighsRows() {
    return losses.stream().allMatch(SoftLoss::weighsRows);
  }

  @Override
  public int fewestRows() {
    return losses.stream().mapToInt(SoftLoss::fewestRows).max().orElseThrow();
  }

  @Override
  public OptionalInt largestOfTeacher() {
    return losses.get(0).largestOfTeacher();
  }

  @Override
  public OptionalDouble massOfTeacher() {
    return losses.get(0).massOfTeacher();
  }

  @Override
  public String toString() {
    return "WeightedLosses(%s, weights=%s)".formatted(losses, Arrays.toString(weights));
  }
}
