package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.task.internal.Tasks;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.training.internal.TrainingSettings;

/**
 * The components of a trainer, each of which has checked itself; here it is checked that they fit
 * each other.
 *
 * @param teacher empty if the student learns from the labels alone
 * @param activationTeacher empty if it is the teacher
 * @param statedStages none leaves the student as its head is imprinted
 * @param earlyStopping empty to train all epochs
 * @param softTargetStore the folder that keeps soft targets, if they are kept
 * @param lastGoodStudent the file for the student of a training that was stopped, if it is kept
 */
record Recipe(
    StudentSource student,
    Optional<TeacherSource> teacher,
    Optional<OnnxTeacher> activationTeacher,
    DistillationObjective objective,
    TrainingGraphOptions trainingGraph,
    AdamWOptimizer optimizer,
    Batching batching,
    List<TrainingStage> statedStages,
    Optional<EarlyStopping> earlyStopping,
    Device device,
    Optional<Path> softTargetStore,
    Optional<Path> lastGoodStudent) {
  /**
   * Checks that the components fit each other.
   *
   * @param properties of the trainer
   * @throws PropertyException if they do not; it names the component and the property
   */
  void check(PropertyChecks properties) {
    if (teacher.isEmpty() && objective.softLoss().isPresent()) {
      throw properties.refused(
          "objective",
          "has the soft loss %s, but there is no teacher to learn from"
              .formatted(objective.softLoss().get()));
    }
    teacher.ifPresent(source -> source.members().forEach(one -> one.checkDevice(device)));
    if (!objective.featureTerms().isEmpty() && ofActivations().isEmpty()) {
      throw properties.refused(
          "objective",
          "compares %s, but there is no OnnxTeacher to compare with; state an activationTeacher"
              .formatted(objective.featureTerms()));
    }
    if (statedStages.isEmpty()) {
      checkUntrained(properties);
    }
    Set<String> names = new HashSet<>();
    for (TrainingStage stage : statedStages) {
      if (!names.add(stage.name())) {
        throw properties.refused(
            "stages", "has two of the name '%s'; name them differently".formatted(stage.name()));
      }
      check(stage, new PropertyChecks(stage.component()));
    }
  }

  private void checkUntrained(PropertyChecks properties) {
    if (teacher.isPresent()) {
      throw properties.refused(
          "stages", "are none, but there is a teacher to learn from; state one, or no teacher");
    }
    if (earlyStopping.isPresent()) {
      throw properties.refused(
          "earlyStopping", "evaluates after each epoch, but there are no stages; state one");
    }
  }

  private void check(TrainingStage stated, PropertyChecks properties) {
    Stage stage = stage(stated);
    if (teacher.isEmpty() && stage.from().teacher()) {
      throw properties.refused(
          "from", "is %s, but the trainer has no teacher to learn from".formatted(stage.from()));
    }
    if (stage.compares() && ofActivations().isEmpty()) {
      throw properties.refused(
          "objective",
          "compares %s, but the trainer has no OnnxTeacher to compare with; state its activationTeacher"
              .formatted(stage.objective().featureTerms()));
    }
    if (!stage.compares() && stage.from() == TrainingStage.From.ACTIVATIONS) {
      throw properties.refused(
          "from", "is ACTIVATIONS, but the objective has no loss on intermediate activations");
    }
  }

  /**
   * What is predicted.
   *
   * @param outputs those of the dataset
   * @throws IllegalArgumentException if no task has these outputs
   */
  <T extends Output<T>> Task<T> task(OutputFactory<T> outputs) {
    return Tasks.of(outputs);
  }

  /** The stages, each with what it has of the trainer. */
  List<Stage> stages() {
    return statedStages.stream().map(this::stage).toList();
  }

  private Stage stage(TrainingStage stage) {
    TrainingStage.From from =
        stage
            .from()
            .orElse(
                teacher.isEmpty()
                    ? TrainingStage.From.LABELS
                    : TrainingStage.From.LABELS_AND_TEACHER);
    boolean fromLabelsAlone = stage.from().equals(Optional.of(TrainingStage.From.LABELS));
    DistillationObjective ofStage =
        stage
            .objective()
            .orElseGet(() -> fromLabelsAlone ? objective.withoutFeatureTerms() : objective);
    return new Stage(
        stage.name(),
        from,
        stage.examples(),
        stage.rows().orElseGet(() -> rows(from, ofStage)),
        ofStage,
        stage.frozenWeights().or(trainingGraph::frozenWeights),
        settings(stage, from, ofStage));
  }

  private static TrainingStage.Rows rows(TrainingStage.From from, DistillationObjective objective) {
    return from == TrainingStage.From.LABELS && objective.featureTerms().isEmpty()
        ? TrainingStage.Rows.LABELLED
        : TrainingStage.Rows.ALL;
  }

  private TrainingSettings settings(
      TrainingStage stage, TrainingStage.From from, DistillationObjective ofStage) {
    return new TrainingSettings(
        stage.epochs(),
        batching.accumulation(),
        stage.learningRate().orElseGet(optimizer::learningRate),
        optimizer.adamW(),
        optimizer.maxGradientNorm(),
        ofStage.schedules(),
        trainingGraph.dropout(),
        Set.of(),
        trainingGraph.compactVocabulary(),
        trainingGraph.quantizationAware(),
        // It selects by the student's output, which ACTIVATIONS alone do not train.
        from == TrainingStage.From.ACTIVATIONS ? Optional.empty() : earlyStopping,
        device,
        0);
  }

  /** The teacher whose intermediate activations the stages compare; empty if none does. */
  Optional<OnnxTeacher> activations() {
    return stages().stream().anyMatch(Stage::compares) ? ofActivations() : Optional.empty();
  }

  private Optional<OnnxTeacher> ofActivations() {
    return activationTeacher.or(
        () -> teacher.filter(OnnxTeacher.class::isInstance).map(OnnxTeacher.class::cast));
  }
}
