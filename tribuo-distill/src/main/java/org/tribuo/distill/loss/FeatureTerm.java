package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.loss.internal.ObjectiveSchedules;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.transformer.Activation;

/**
 * A loss on intermediate activations as a term of an objective. Its weight is an input of the
 * graph, {@code weight_NAME}, so that it may change from step to step; its value before that is
 * reported under the name. Of an encoder-decoder it is of the {@code site} that is stated, or the
 * sum of encoder and decoder, which are reported as {@code NAME.encoder} and {@code NAME.decoder}.
 *
 * <pre>{@code
 * <component name="inside" type="org.tribuo.distill.loss.FeatureTerm">
 *   <property name="loss" value="relations"/>
 *   <property name="weight" value="tenth"/>
 * </component>
 * <component name="tenth" type="org.tribuo.distill.schedule.ConstantSchedule">
 *   <property name="value" value="0.1"/>
 * </component>
 * <component name="relations" type="org.tribuo.distill.loss.MiniLm">
 *   <property name="relationHeads" value="12"/>
 * </component>
 * }</pre>
 */
public final class FeatureTerm implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+");
  private static final Set<String> TAKEN = Set.of("loss", "hard", "soft");

  @ConfigurableName private String component = "feature";

  @Config(
      description =
          "The name under which listeners get its value: letters, digits and underscores; by default"
              + " that of the component.")
  private @Nullable String name;

  @Config(mandatory = true, description = "The loss.")
  private FeatureLoss loss;

  @Config(
      description =
          "The layers that are compared, where there are several stacks of them: ENCODER, DECODER or"
              + " CROSS_ATTENTION; by default those of each stack, added up.")
  private Activation.@Nullable Site site;

  @Config(description = "The factor of the loss over the steps, 0 or more; by default 1.")
  private Schedule weight = new ConstantSchedule(1);

  /** For OLCUT. */
  private FeatureTerm() {}

  /**
   * A term with weight 1.
   *
   * @param name letters, digits and underscores; neither {@code loss} nor {@code hard} nor {@code
   *     soft}
   * @throws PropertyException if the name is of another form
   */
  public FeatureTerm(String name, FeatureLoss loss) {
    this(name, loss, 1);
  }

  /**
   * A term whose weight does not change.
   *
   * @throws PropertyException if the name is of another form or the weight is negative
   */
  public FeatureTerm(String name, FeatureLoss loss, float weight) {
    this(name, loss, new ConstantSchedule(weight));
  }

  /**
   * A term whose weight changes over the steps.
   *
   * @throws PropertyException if the name is of another form or the weight is negative at any step
   */
  public FeatureTerm(String name, FeatureLoss loss, Schedule weight) {
    this.name = name;
    this.loss = loss;
    this.weight = weight;
    postConfig();
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    String name = name();
    this.name = name; // for provenance, which knows no names of components
    if (!NAME.matcher(name).matches() || TAKEN.contains(name)) {
      throw properties.refused(
          "name",
          "is '%s', expected letters, digits and underscores, and none of %s"
              .formatted(name, TAKEN.stream().sorted().toList()));
    }
    Schedule one = new ConstantSchedule(1);
    properties.check("weight", () -> new ObjectiveSchedules(one, one, Map.of(name, weight)));
  }

  /** The name under which its value is reported. */
  public String name() {
    return name == null ? component : name;
  }

  /** The loss. */
  public FeatureLoss loss() {
    return loss;
  }

  /**
   * The same of one site: the encoder, the decoder, or the attention of the decoder to the source.
   *
   * @param stated the layers that are compared
   */
  public FeatureTerm at(Activation.Site stated) {
    FeatureTerm term = new FeatureTerm(name(), loss, weight);
    term.site = stated;
    return term;
  }

  /** The layers that are compared; empty for those of each stack. */
  public Optional<Activation.Site> site() {
    return Optional.ofNullable(site);
  }

  /** The factor of the loss. */
  public Schedule weight() {
    return weight;
  }

  /** The name of the input that holds the term's weight: a float scalar. */
  public String weightInput() {
    return ObjectiveInputs.weightOf(name());
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "FeatureTerm");
  }

  @Override
  public String toString() {
    return "%s * %s%s".formatted(weight, loss, site == null ? "" : " of " + site);
  }
}
