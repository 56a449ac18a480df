package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.student.FrozenWeights;

/**
 * A part of a training, with examples, losses and schedules of its own; what it does not state is
 * that of the trainer. Each stage starts with a new optimizer from the weights that the one before
 * has left.
 *
 * <pre>{@code
 * <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
 *   <property name="student" value="student"/>
 *   <property name="teacher" value="teacher"/>
 *   <propertylist name="stages"><item>imitation</item><item>exam</item></propertylist>
 * </component>
 * <component name="imitation" type="org.tribuo.distill.TrainingStage">
 *   <property name="name" value="imitation"/>
 *   <property name="epochs" value="4"/>
 *   <property name="from" value="TEACHER"/>
 * </component>
 * <component name="exam" type="org.tribuo.distill.TrainingStage">
 *   <property name="name" value="exam"/>
 *   <property name="epochs" value="2"/>
 *   <property name="from" value="LABELS"/>
 *   <property name="learningRate" value="2e-5"/>
 * </component>
 * }</pre>
 */
public final class TrainingStage
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  /** What the student's answers are compared with. */
  public enum From {
    /** Both, weighed by alpha. */
    LABELS_AND_TEACHER,
    /** The labels. */
    LABELS,
    /** The teacher. */
    TEACHER,
    /** Nothing: only what happens inside is compared, by the features. */
    FEATURES;

    boolean labels() {
      return this == LABELS_AND_TEACHER || this == LABELS;
    }

    boolean teacher() {
      return this == LABELS_AND_TEACHER || this == TEACHER;
    }
  }

  /** The examples of a stage, without those that are held out. */
  public enum Rows {
    /** All. */
    ALL,
    /** Those with a label. */
    LABELLED
  }

  @ConfigurableName String component = "TrainingStage";

  @Config(
      mandatory = true,
      description = "The stage's own name, which provenance and listeners call it by.")
  String name = "";

  @Config(mandatory = true, description = "Passes over the examples of the stage.")
  int epochs;

  @Config(
      description =
          "What the student's answers are compared with; by default labels and teacher, as far as"
              + " there is a teacher.")
  @Nullable From from;

  @Config(
      description =
          "Examples of the stage's own, such as further texts; by default those of the dataset.")
  @Nullable ConfigurableDataSource<?> examples;

  @Config(
      description =
          "Which of the examples; by default all, but those with a label where the labels alone are"
              + " learnt.")
  @Nullable Rows rows;

  @Config(description = "The loss against the labels; by default the trainer's.")
  @Nullable HardLoss hardLoss;

  @Config(description = "The loss against the teacher; by default the trainer's.")
  @Nullable SoftLoss softLoss;

  @Config(
      description =
          "What is compared inside student and teacher; by default the trainer's features, but none"
              + " where it is stated that the labels alone are learnt.")
  List<FeatureTerm> features = List.of();

  @Config(description = "The weights that keep their values; by default the trainer's.")
  @Nullable FrozenWeights frozenWeights;

  @Config(description = "Alpha over the steps of the stage; by default the trainer's.")
  @Nullable Schedule alpha;

  @Config(description = "The temperature over the steps of the stage; by default the trainer's.")
  @Nullable Schedule temperature;

  @Config(description = "The peak of the learning rate; 0 for the trainer's.")
  float learningRate;

  @Config(
      description =
          "What the learning rate does after its warm-up; by default as the trainer says.")
  WarmUpSchedule.@Nullable Decay learningRateDecay;

  /** For OLCUT. */
  private TrainingStage() {}

  /**
   * A stage that is otherwise as the trainer says.
   *
   * @param name what provenance and listeners call it by
   * @param epochs passes over its examples, at least 1
   * @throws PropertyException if the name is blank, or there are no epochs
   */
  public static TrainingStage of(String name, int epochs) {
    TrainingStage stage = new TrainingStage();
    stage.name = name;
    stage.epochs = epochs;
    stage.postConfig();
    return stage;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    if (name.isBlank()) {
      throw properties.refused("name", "is blank, expected one");
    }
    properties.checkAtLeast("epochs", 1, epochs);
  }

  /** The same, learning from something else. */
  public TrainingStage learningFrom(From other) {
    return with(stage -> stage.from = other);
  }

  /** The same on other ones of its examples. */
  public TrainingStage on(Rows other) {
    return with(stage -> stage.rows = other);
  }

  /**
   * The same on examples of its own. The student may not answer more than the outputs of the
   * dataset; none of these examples is held out.
   */
  public TrainingStage on(ConfigurableDataSource<?> other) {
    return with(stage -> stage.examples = other);
  }

  /** The same with another loss against the labels. */
  public TrainingStage hardLoss(HardLoss other) {
    return with(stage -> stage.hardLoss = other);
  }

  /** The same with another loss against the teacher. */
  public TrainingStage softLoss(SoftLoss other) {
    return with(stage -> stage.softLoss = other);
  }

  /** The same with other features. */
  public TrainingStage features(FeatureTerm... others) {
    return with(stage -> stage.features = List.of(others));
  }

  /** The same with other weights that keep their values, {@link FrozenWeights#none} perhaps. */
  public TrainingStage frozenWeights(FrozenWeights others) {
    return with(stage -> stage.frozenWeights = others);
  }

  /** The same with another weight of the soft loss. */
  public TrainingStage alpha(Schedule other) {
    return with(stage -> stage.alpha = other);
  }

  /** The same with another temperature. */
  public TrainingStage temperature(Schedule other) {
    return with(stage -> stage.temperature = other);
  }

  /** The same with another peak of the learning rate. */
  public TrainingStage learningRate(float peak) {
    return with(stage -> stage.learningRate = peak);
  }

  /** The same with another course of the learning rate. */
  public TrainingStage learningRateDecay(WarmUpSchedule.Decay other) {
    return with(stage -> stage.learningRateDecay = other);
  }

  private TrainingStage with(Consumer<TrainingStage> change) {
    TrainingStage other = new TrainingStage();
    other.name = name;
    other.epochs = epochs;
    other.from = from;
    other.examples = examples;
    other.rows = rows;
    other.hardLoss = hardLoss;
    other.softLoss = softLoss;
    other.features = features;
    other.frozenWeights = frozenWeights;
    other.alpha = alpha;
    other.temperature = temperature;
    other.learningRate = learningRate;
    other.learningRateDecay = learningRateDecay;
    change.accept(other);
    return other;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "TrainingStage");
  }

  @Override
  public String toString() {
    return "TrainingStage(%s, epochs=%d)".formatted(name, epochs);
  }
}
