package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.loss.internal.ObjectiveSchedules;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.NamedActivation;

/**
 * What a training minimises: {@code (1 - alpha) * hard + alpha * soft + Σ weight * intermediate}
 * (Hinton et al. 2015, arXiv:1503.02531, with alpha as the weight of the soft targets).
 *
 * <pre>{@code
 * new DistillationObjective().softLoss(new Dkd(1, 8)).alpha(0.5f).temperature(4)
 *
 * <component name="objective" type="org.tribuo.distill.loss.DistillationObjective">
 *   <property name="softLoss" value="dkd"/>
 *   <property name="alpha" value="half"/>
 * </component>
 * <component name="half" type="org.tribuo.distill.schedule.ConstantSchedule">
 *   <property name="value" value="0.5"/>
 * </component>
 * }</pre>
 *
 * <p>Immutable and safe for many threads.
 */
public final class DistillationObjective
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "DistillationObjective";

  @Config(
      description =
          "The loss against the labels; by default cross-entropy for Label, binary cross-entropy for"
              + " MultiLabel, squared error for Regressor.")
  private @Nullable HardLoss hardLoss;

  @Config(
      description =
          "The loss against the teacher's soft targets; by default KL divergence for Label, binary"
              + " cross-entropy for MultiLabel, squared error for Regressor.")
  private @Nullable SoftLoss softLoss;

  @Config(
      description =
          "Losses on intermediate activations of student and teacher, under different names; by"
              + " default none.")
  private List<FeatureTerm> featureTerms = List.of();

  @Config(
      description =
          "Where intermediate activations of the student are, if the search by structure does not"
              + " find them.")
  private List<NamedActivation> studentActivations = List.of();

  @Config(
      description =
          "The weight of the soft loss over the steps, from 0 (labels only) to 1 (teacher only).")
  private Schedule alpha = new ConstantSchedule(0.9f);

  @Config(
      description =
          "What the logits of teacher and student are divided by over the steps, greater than 0.")
  private Schedule temperature = new ConstantSchedule(2);

  /** The default losses, alpha 0.9, temperature 2. */
  public DistillationObjective() {}

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    Schedule one = new ConstantSchedule(1);
    properties.check("alpha", () -> new ObjectiveSchedules(alpha, one, Map.of()));
    properties.check("temperature", () -> new ObjectiveSchedules(alpha, temperature, Map.of()));
    properties.check("featureTerms", this::schedules);
    properties.check("studentActivations", this::inStudent);
  }

  /** The same with another loss against the labels. */
  public DistillationObjective hardLoss(HardLoss loss) {
    return with(other -> other.hardLoss = checks().stated("hardLoss", loss));
  }

  /** The same with another loss against the soft targets. */
  public DistillationObjective softLoss(SoftLoss loss) {
    return with(other -> other.softLoss = checks().stated("softLoss", loss));
  }

  /**
   * The same with other losses on intermediate activations.
   *
   * @throws PropertyException if two have the same name
   */
  public DistillationObjective featureTerms(FeatureTerm... terms) {
    return with(other -> other.featureTerms = checks().allStated("featureTerms", terms));
  }

  /**
   * The same with stated places of intermediate activations in the student.
   *
   * @throws PropertyException if one is named twice
   */
  public DistillationObjective studentActivations(NamedActivation... places) {
    return with(
        other -> other.studentActivations = checks().allStated("studentActivations", places));
  }

  /**
   * The same with a constant weight of the soft loss.
   *
   * @param weight from 0 (labels only) to 1 (teacher only)
   * @throws PropertyException if it is out of its range
   */
  public DistillationObjective alpha(float weight) {
    return alpha(new ConstantSchedule(weight));
  }

  /**
   * The same with another weight of the soft loss.
   *
   * @throws PropertyException if it is out of its range at any step
   */
  public DistillationObjective alpha(Schedule weight) {
    return with(other -> other.alpha = weight);
  }

  /**
   * The same with a constant temperature.
   *
   * @param divisor finite and greater than 0, usually 1 to 10
   * @throws PropertyException if it is out of its range
   */
  public DistillationObjective temperature(float divisor) {
    return temperature(new ConstantSchedule(divisor));
  }

  /**
   * The same with another temperature.
   *
   * @throws PropertyException if it is out of its range at any step
   */
  public DistillationObjective temperature(Schedule divisor) {
    return with(other -> other.temperature = divisor);
  }

  private PropertyChecks checks() {
    return new PropertyChecks(component);
  }

  private DistillationObjective with(Consumer<DistillationObjective> change) {
    DistillationObjective other = new DistillationObjective();
    other.hardLoss = hardLoss;
    other.softLoss = softLoss;
    other.featureTerms = featureTerms;
    other.studentActivations = studentActivations;
    other.alpha = alpha;
    other.temperature = temperature;
    change.accept(other);
    other.postConfig();
    return other;
  }

  /** The loss against the labels; empty for the default of the outputs. */
  public Optional<HardLoss> hardLoss() {
    return Optional.ofNullable(hardLoss);
  }

  /** The loss against the soft targets; empty for the default of the outputs. */
  public Optional<SoftLoss> softLoss() {
    return Optional.ofNullable(softLoss);
  }

  /** The losses on intermediate activations. */
  public List<FeatureTerm> featureTerms() {
    return featureTerms;
  }

  /** The stated places of intermediate activations in the student. */
  public Map<Activation, ActivationValue> inStudent() {
    return NamedActivation.map(studentActivations);
  }

  /** Alpha, temperature and the weights of the losses on intermediate activations. */
  public ObjectiveSchedules schedules() {
    Map<String, Schedule> weights = new HashMap<>();
    for (FeatureTerm term : featureTerms) {
      if (weights.put(term.name(), term.weight()) != null) {
        throw new IllegalArgumentException(
            "has two of the name '%s'; name them differently".formatted(term.name()));
      }
    }
    return new ObjectiveSchedules(alpha, temperature, weights);
  }

  /** The same without losses on intermediate activations. */
  public DistillationObjective withoutFeatureTerms() {
    return with(other -> other.featureTerms = List.of());
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Objective");
  }

  @Override
  public String toString() {
    return "DistillationObjective(hard=%s, soft=%s, featureTerms=%s, alpha=%s, temperature=%s)"
        .formatted(
            hardLoss == null ? "default" : hardLoss,
            softLoss == null ? "default" : softLoss,
            featureTerms,
            alpha,
            temperature);
  }
}
