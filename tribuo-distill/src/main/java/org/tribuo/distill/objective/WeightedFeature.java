package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.ObjectiveSchedules;
import org.tribuo.distill.loss.Schedule;

/**
 * A loss on what happens inside student and teacher, as a part of what is minimised.
 *
 * <pre>{@code
 * <component name="inside" type="org.tribuo.distill.objective.WeightedFeature">
 *   <property name="loss" value="relations"/>
 *   <property name="weight" value="0.1"/>
 * </component>
 * <component name="relations" type="org.tribuo.distill.objective.MiniLmLoss">
 *   <property name="relationHeads" value="12"/>
 * </component>
 * }</pre>
 */
public final class WeightedFeature
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  private static final float DEFAULT_WEIGHT = 1;

  @ConfigurableName private String component = "feature";

  @Config(
      description =
          "The name under which listeners are told its value: letters, digits and underscores; by"
              + " default that of the component.")
  private String name = "";

  @Config(mandatory = true, description = "The loss.")
  private FeatureLossSource loss;

  @Config(description = "What the loss is multiplied by, 0 or more.")
  private float weight = DEFAULT_WEIGHT;

  @Config(description = "The weight over the steps, where it is no constant.")
  private @Nullable ScheduleSource weightSchedule;

  /** For OLCUT. */
  private WeightedFeature() {}

  /**
   * A part whose weight does not change.
   *
   * @param name under which listeners are told its value
   * @throws PropertyException if the name is of another form or the weight is negative
   */
  public static WeightedFeature of(String name, FeatureLossSource loss, float weight) {
    WeightedFeature feature = new WeightedFeature();
    feature.name = name;
    feature.loss = loss;
    feature.weight = weight;
    feature.postConfig();
    return feature;
  }

  /**
   * A part whose weight changes over the steps.
   *
   * @param name under which listeners are told its value
   * @throws PropertyException if the name is of another form or the weight is negative at any step
   */
  public static WeightedFeature of(String name, FeatureLossSource loss, ScheduleSource weight) {
    WeightedFeature feature = new WeightedFeature();
    feature.name = name;
    feature.loss = loss;
    feature.weightSchedule = weight;
    feature.postConfig();
    return feature;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    if (name.isEmpty()) {
      name = component;
    }
    properties.check("name", this::term);
    if (weightSchedule != null && weight != DEFAULT_WEIGHT) {
      throw properties.refused(
          "weight",
          "is %s, and there is a schedule: %s; state one of the two"
              .formatted(weight, weightSchedule));
    }
    Schedule one = Schedule.constant(1);
    properties.check(
        weightSchedule == null ? "weight" : "weightSchedule",
        () -> new ObjectiveSchedules(one, one, Map.of(term().name(), weight())));
  }

  /** The term of the objective. */
  public FeatureTerm term() {
    return new FeatureTerm(name, loss.loss());
  }

  /** The term's weight. */
  public Schedule weight() {
    return weightSchedule == null ? Schedule.constant(weight) : weightSchedule.schedule();
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "WeightedFeature");
  }

  @Override
  public String toString() {
    return "%s * %s".formatted(weightSchedule == null ? weight : weightSchedule, loss);
  }
}
