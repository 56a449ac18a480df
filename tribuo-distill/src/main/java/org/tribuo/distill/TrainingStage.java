package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.schedule.ScaledSchedule;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.internal.LearningRates;

/**
 * A stage of a training, with examples, an objective and a learning rate of its own; what it does
 * not state is taken from the trainer. Each stage starts with a new optimizer from the weights that
 * the one before has left.
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
 *   <property name="learningRate" value="rate"/>
 * </component>
 * <component name="rate" type="org.tribuo.distill.schedule.WarmUpSchedule">
 *   <property name="peak" value="2e-5"/>
 * </component>
 * }</pre>
 */
public final class TrainingStage
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  /** What the student's output is compared with. */
  public enum From {
    /** Both, weighted by alpha. */
    LABELS_AND_TEACHER,
    /** The labels. */
    LABELS,
    /** The teacher. */
    TEACHER,
    /** Neither: only intermediate activations are compared. */
    ACTIVATIONS;

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

  /** The name of the only stage of a training that states none. */
  private static final String TRAINING = "training";

  @ConfigurableName private String component = "TrainingStage";

  @Config(description = "The name of the stage in provenance and for listeners.")
  private String name = TRAINING;

  @Config(description = "Passes over the examples of the stage, 1 or more.")
  private int epochs = 3;

  @Config(
      description =
          "What the student's output is compared with; by default labels and teacher, or the labels"
              + " if there is no teacher.")
  private @Nullable From from;

  @Config(
      description =
          "Examples of the stage's own, such as further texts; by default those of the dataset.")
  private @Nullable ConfigurableDataSource<?> examples;

  @Config(
      description =
          "Which of the examples; by default all, but those with a label where the stage states that"
              + " it learns from labels alone.")
  private @Nullable Rows rows;

  @Config(
      description =
          "What the stage minimises; by default the trainer's objective, without its losses on"
              + " intermediate activations where the stage states that it learns from labels alone.")
  private @Nullable DistillationObjective objective;

  @Config(description = "The learning rate over the steps; by default the trainer's.")
  private @Nullable Schedule learningRate;

  @Config(description = "The weights that keep their values; by default the trainer's.")
  private @Nullable FrozenWeights frozenWeights;

  /** For OLCUT. */
  private TrainingStage() {}

  /**
   * A training of one stage, over all examples.
   *
   * @throws PropertyException if the number is less than 1
   */
  public static TrainingStage of(int epochs) {
    return of(TRAINING, epochs).on(Rows.ALL);
  }

  /**
   * A stage as the trainer would do it.
   *
   * @param name not blank, and unique among the stages of a trainer
   * @param epochs at least 1
   * @throws PropertyException if the name is blank, or the number of epochs is less than 1
   */
  public static TrainingStage of(String name, int epochs) {
    TrainingStage stage = new TrainingStage();
    stage.name = name;
    stage.epochs = epochs;
    stage.postConfig();
    return stage;
  }

  /**
   * A stage of the name {@code fine-tuning} that learns from the labels alone, after a
   * distillation.
   *
   * @throws PropertyException if the number is less than 1
   */
  public static TrainingStage fineTuning(int epochs) {
    return of("fine-tuning", epochs).learningFrom(From.LABELS).on(Rows.LABELLED);
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (name.isBlank()) {
      throw properties.refused("name", "is blank, expected one");
    }
    properties.checkAtLeast("epochs", 1, epochs);
    if (learningRate != null) {
      LearningRates.check("learningRate", learningRate, properties);
    }
  }

  /** The same, with its output compared with something else. */
  public TrainingStage learningFrom(From other) {
    return with(stage -> stage.from = checks().stated("from", other));
  }

  /** The same on another selection of its examples. */
  public TrainingStage on(Rows other) {
    return with(stage -> stage.rows = checks().stated("rows", other));
  }

  /**
   * The same on examples of its own. They may have no outputs but those of the dataset; none of
   * these examples is held out.
   */
  public TrainingStage on(ConfigurableDataSource<?> other) {
    return with(stage -> stage.examples = checks().stated("examples", other));
  }

  /** The same with an objective of its own. */
  public TrainingStage objective(DistillationObjective other) {
    return with(stage -> stage.objective = checks().stated("objective", other));
  }

  /**
   * The same with a learning rate of its own, which warms up to a peak over a tenth of the steps
   * and decays linearly to 0.
   *
   * @param peak finite and greater than 0
   * @throws PropertyException if it is out of its range
   */
  public TrainingStage learningRate(float peak) {
    return learningRate(new AdamWOptimizer().learningRate(peak).learningRate());
  }

  /**
   * The same with a learning rate of its own.
   *
   * @throws PropertyException if it is negative or not finite at any step
   */
  public TrainingStage learningRate(Schedule other) {
    return with(stage -> stage.learningRate = checks().stated("learningRate", other));
  }

  /** The same, with its own learning rate, if it has one, multiplied. */
  TrainingStage scaleLearningRate(float factor) {
    return learningRate == null ? this : learningRate(new ScaledSchedule(learningRate, factor));
  }

  /** The same with other weights that keep their values, {@link FrozenWeights#none} perhaps. */
  public TrainingStage frozenWeights(FrozenWeights others) {
    return with(stage -> stage.frozenWeights = checks().stated("frozenWeights", others));
  }

  private PropertyChecks checks() {
    return new PropertyChecks(component);
  }

  private TrainingStage with(Consumer<TrainingStage> change) {
    TrainingStage other = new TrainingStage();
    other.name = name;
    other.epochs = epochs;
    other.from = from;
    other.examples = examples;
    other.rows = rows;
    other.objective = objective;
    other.learningRate = learningRate;
    other.frozenWeights = frozenWeights;
    change.accept(other);
    other.postConfig();
    return other;
  }

  String component() {
    return component;
  }

  String name() {
    return name;
  }

  int epochs() {
    return epochs;
  }

  Optional<From> from() {
    return Optional.ofNullable(from);
  }

  Optional<ConfigurableDataSource<?>> examples() {
    return Optional.ofNullable(examples);
  }

  Optional<Rows> rows() {
    return Optional.ofNullable(rows);
  }

  Optional<DistillationObjective> objective() {
    return Optional.ofNullable(objective);
  }

  Optional<Schedule> learningRate() {
    return Optional.ofNullable(learningRate);
  }

  Optional<FrozenWeights> frozenWeights() {
    return Optional.ofNullable(frozenWeights);
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
