package org.tribuo.distill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.ObjectiveSchedules;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.training.TrainingSettings;

/**
 * Reads the stages of a trainer, and says what is wrong with one.
 *
 * @param usual what a stage has where it states nothing else
 */
record StageReading(DistillationTrainer<?> trainer, TrainingSettings usual) {
  /** The stages that are stated, or those that epochs and fineTuningEpochs stand for. */
  List<Stage> stages() {
    if (trainer.stages.isEmpty()) {
      return ofSwitches().stream().map(this::read).toList();
    }
    PropertyChecks properties = new PropertyChecks(trainer.component);
    if (trainer.epochs != DistillationTrainer.DEFAULT_EPOCHS || trainer.fineTuningEpochs != 0) {
      throw properties.refused(
          "stages",
          "are %s, and epochs or fineTuningEpochs are stated too; state one of the two"
              .formatted(trainer.stages));
    }
    Set<String> names = new HashSet<>();
    for (TrainingStage stage : trainer.stages) {
      if (!names.add(stage.name)) {
        throw properties.refused(
            "stages", "has two of the name '%s'; name them differently".formatted(stage.name));
      }
    }
    return trainer.stages.stream().map(this::read).toList();
  }

  private List<TrainingStage> ofSwitches() {
    List<TrainingStage> stages = new ArrayList<>();
    stages.add(TrainingStage.of(Stage.TRAINING, trainer.epochs).on(TrainingStage.Rows.ALL));
    if (trainer.fineTuningEpochs > 0) {
      stages.add(
          TrainingStage.of(Stage.FINE_TUNING, trainer.fineTuningEpochs)
              .learningFrom(TrainingStage.From.LABELS)
              .on(TrainingStage.Rows.LABELLED)
              .learningRate(trainer.fineTuningLearningRate));
    }
    return stages;
  }

  private Stage read(TrainingStage stage) {
    PropertyChecks properties = new PropertyChecks(stage.component);
    TrainingStage.From from = from(stage, properties);
    checkLosses(stage, from, properties);
    List<FeatureTerm> features = features(stage, from, properties);
    return new Stage(
        stage.name,
        from,
        Optional.ofNullable(stage.examples),
        rows(stage, from, features),
        firstOf(stage.hardLoss, trainer.hardLoss),
        firstOf(stage.softLoss, trainer.softLoss),
        features,
        firstOf(stage.frozenWeights, trainer.frozenWeights),
        settings(from)
            .over(
                stage.epochs,
                learningRate(stage, properties),
                objective(stage, features, properties)));
  }

  /** Early stopping chooses by the student's answers, which FEATURES alone do not teach. */
  private TrainingSettings settings(TrainingStage.From from) {
    return from == TrainingStage.From.FEATURES ? usual.withoutEarlyStopping() : usual;
  }

  private static void checkLosses(
      TrainingStage stage, TrainingStage.From from, PropertyChecks properties) {
    if (stage.hardLoss != null && !from.labels()) {
      throw properties.refused(
          "hardLoss",
          "is %s, but the stage learns from %s, not from labels".formatted(stage.hardLoss, from));
    }
    if (stage.softLoss != null && !from.teacher()) {
      throw properties.refused(
          "softLoss",
          "is %s, but the stage learns from %s, not from a teacher"
              .formatted(stage.softLoss, from));
    }
  }

  private List<FeatureTerm> features(
      TrainingStage stage, TrainingStage.From from, PropertyChecks properties) {
    List<FeatureTerm> features = stage.features;
    if (features.isEmpty() && stage.from != TrainingStage.From.LABELS) {
      features = trainer.features;
    }
    if (!features.isEmpty() && !trainer.showsFeatures()) {
      throw properties.refused(
          "features",
          "are %s, but the trainer has no OnnxTeacher to compare with; state its featureTeacher"
              .formatted(features));
    }
    if (features.isEmpty() && from == TrainingStage.From.FEATURES) {
      throw properties.refused("from", "is FEATURES, but neither stage nor trainer has any");
    }
    return features;
  }

  private TrainingStage.From from(TrainingStage stage, PropertyChecks properties) {
    if (trainer.teacher == null && stage.from != null && stage.from.teacher()) {
      throw properties.refused(
          "from", "is %s, but the trainer has no teacher to learn from".formatted(stage.from));
    }
    if (stage.from != null) {
      return stage.from;
    }
    return trainer.teacher == null
        ? TrainingStage.From.LABELS
        : TrainingStage.From.LABELS_AND_TEACHER;
  }

  private static TrainingStage.Rows rows(
      TrainingStage stage, TrainingStage.From from, List<FeatureTerm> features) {
    if (stage.rows != null) {
      return stage.rows;
    }
    return from == TrainingStage.From.LABELS && features.isEmpty()
        ? TrainingStage.Rows.LABELLED
        : TrainingStage.Rows.ALL;
  }

  private Schedule learningRate(TrainingStage stage, PropertyChecks properties) {
    float peak = stage.learningRate == 0 ? trainer.learningRate : stage.learningRate;
    WarmUpSchedule.Decay decay =
        stage.learningRateDecay == null ? trainer.learningRateDecay : stage.learningRateDecay;
    return properties.check("learningRate", () -> new WarmUpSchedule(peak, trainer.warmUp, decay));
  }

  private ObjectiveSchedules objective(
      TrainingStage stage, List<FeatureTerm> features, PropertyChecks properties) {
    Schedule alpha = scheduleOf(stage.alpha, usual.objective().alpha());
    Schedule temperature = scheduleOf(stage.temperature, usual.objective().temperature());
    Schedule one = Schedule.constant(1);
    properties.check("alpha", () -> new ObjectiveSchedules(alpha, one, Map.of()));
    properties.check("temperature", () -> new ObjectiveSchedules(alpha, temperature, Map.of()));
    String owner = stage.features.isEmpty() ? trainer.component : stage.component;
    return new PropertyChecks(owner)
        .check("features", () -> new ObjectiveSchedules(alpha, temperature, weights(features)));
  }

  private static Map<String, Schedule> weights(List<FeatureTerm> features) {
    Map<String, Schedule> weights = new HashMap<>();
    for (FeatureTerm feature : features) {
      String name = feature.name();
      if (weights.put(name, feature.weight()) != null) {
        throw new IllegalArgumentException(
            "has two of the name '%s'; name them differently".formatted(name));
      }
    }
    return weights;
  }

  private static Schedule scheduleOf(@Nullable Schedule stated, Schedule usual) {
    return stated == null ? usual : stated;
  }

  private static <S> Optional<S> firstOf(@Nullable S stated, @Nullable S usual) {
    return Optional.ofNullable(stated == null ? usual : stated);
  }
}
