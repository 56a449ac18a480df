package org.tribuo.distill;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.input.BatchPlan;
import org.tribuo.distill.loss.ObjectiveSchedules;
import org.tribuo.distill.operator.Operators;
import org.tribuo.distill.operator.standard.StandardOperators;
import org.tribuo.distill.runtime.OperatorLibrary;
import org.tribuo.distill.runtime.Precision;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.schedule.WarmUpSchedule.Decay;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.training.AdamW;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.training.OptimizerSettings;
import org.tribuo.distill.training.TrainingSettings;
import org.tribuo.distill.transformer.Feature;
import org.tribuo.distill.transformer.FeatureValue;
import org.tribuo.distill.transformer.NamedFeature;

/**
 * What a trainer's configuration means, checked. Immutable.
 *
 * @param featureTeacher the teacher that shows what happens inside, if a stage compares that
 * @param featureCacheBytes the most that is kept of what it shows, in bytes
 * @param studentFeatures where something inside the student is, if somebody has named it
 * @param rules the gradients of operators
 * @param stages at least one
 * @param session where models run
 * @param heldOut the part of the labelled rows that is held out, if any
 * @param maxLength the longest text in tokens; 0 for the student's positions
 * @param store the file that keeps soft targets; empty to forget them
 * @param lastGoodStudent the file for the student of a training that was stopped, if any
 */
record DistillationSettings(
    StudentSource student,
    Optional<TeacherSource> teacher,
    Optional<OnnxTeacher> featureTeacher,
    long featureCacheBytes,
    Map<Feature, FeatureValue> studentFeatures,
    Operators rules,
    List<Stage> stages,
    SessionSettings session,
    BatchPlan batches,
    Optional<Double> heldOut,
    int maxLength,
    int padId,
    Optional<Path> store,
    Optional<Path> lastGoodStudent) {

  static DistillationSettings of(DistillationTrainer<?> trainer) {
    return new Reading(trainer).settings();
  }

  /** Reads the fields of a trainer, and says which one is wrong. */
  private record Reading(DistillationTrainer<?> trainer, PropertyChecks properties) {
    Reading(DistillationTrainer<?> trainer) {
      this(trainer, new PropertyChecks(trainer.component));
    }

    private void checkFeatureCache() {
      properties.checkAtLeast("featureCacheBytes", 0, trainer.featureCacheBytes);
      long heap = Runtime.getRuntime().maxMemory();
      if (trainer.featureCacheBytes >= heap) {
        throw properties.refused(
            "featureCacheBytes",
            "is %,d, but this JVM has %,d bytes for all its objects; state less, or give it more with -Xmx"
                .formatted(trainer.featureCacheBytes, heap));
      }
    }

    DistillationSettings settings() {
      if (trainer.student == null) {
        throw properties.refused("student", "is not stated, expected a StudentSource");
      }
      checkLosses();
      properties.checkAtLeast("epochs", 1, trainer.epochs);
      properties.checkAtLeast("fineTuningEpochs", 0, trainer.fineTuningEpochs);
      properties.checkAtLeast("accumulation", 1, trainer.accumulation);
      properties.checkAtLeast("maxLength", 0, trainer.maxLength);
      checkFeatureCache();
      properties.checkAtLeast("padId", 0, trainer.padId);
      if (trainer.fineTuningLearningRate != 0) {
        learningRate("fineTuningLearningRate", trainer.fineTuningLearningRate);
      }
      TrainingSettings usual = usual(learningRate("learningRate", trainer.learningRate));
      List<Stage> stages = new StageReading(trainer, usual).stages();
      return new DistillationSettings(
          trainer.student,
          Optional.ofNullable(trainer.teacher),
          stages.stream().allMatch(stage -> stage.features().isEmpty())
              ? Optional.empty()
              : featureTeacher(),
          trainer.featureCacheBytes,
          properties.check("studentFeatures", () -> NamedFeature.map(trainer.studentFeatures)),
          rules(),
          stages,
          usual.session(),
          batches(),
          heldOut(),
          trainer.maxLength,
          trainer.padId,
          file("softTargetStore", trainer.softTargetStore),
          file("lastGoodStudent", trainer.lastGoodStudent));
    }

    private Operators rules() {
      GradientRuleSource own = trainer.gradientRules;
      return own == null
          ? StandardOperators.TABLE
          : properties.check("gradientRules", () -> StandardOperators.TABLE.with(own.rules()));
    }

    private void checkLosses() {
      if (trainer.teacher == null && trainer.softLoss != null) {
        throw properties.refused(
            "softLoss", "is %s, but there is no teacher to learn from".formatted(trainer.softLoss));
      }
      if (!trainer.features.isEmpty() && !trainer.showsFeatures()) {
        throw properties.refused(
            "features",
            "are %s, but there is no OnnxTeacher to compare with; state a featureTeacher"
                .formatted(trainer.features));
      }
    }

    private Optional<OnnxTeacher> featureTeacher() {
      return Optional.ofNullable(trainer.featureTeacher)
          .or(
              () ->
                  Optional.ofNullable(trainer.teacher)
                      .filter(OnnxTeacher.class::isInstance)
                      .map(OnnxTeacher.class::cast));
    }

    private ObjectiveSchedules objective() {
      Schedule alpha =
          schedule(
              "alpha", trainer.alpha, DistillationTrainer.DEFAULT_ALPHA, trainer.alphaSchedule);
      Schedule temperature =
          schedule(
              "temperature",
              trainer.temperature,
              DistillationTrainer.DEFAULT_TEMPERATURE,
              trainer.temperatureSchedule);
      Schedule one = Schedule.constant(1);
      properties.check(
          property("alpha", trainer.alphaSchedule),
          () -> new ObjectiveSchedules(alpha, one, Map.of()));
      return properties.check(
          property("temperature", trainer.temperatureSchedule),
          () -> new ObjectiveSchedules(alpha, temperature, Map.of()));
    }

    private Schedule schedule(String name, float number, float usual, @Nullable Schedule schedule) {
      if (schedule == null) {
        return Schedule.constant(number);
      }
      if (number != usual) {
        throw properties.refused(
            name,
            "is %s, and there is a schedule: %s; state one of the two".formatted(number, schedule));
      }
      return schedule;
    }

    private static String property(String name, @Nullable Schedule schedule) {
      return schedule == null ? name : name + "Schedule";
    }

    private TrainingSettings usual(Schedule schedule) {
      OptimizerSettings optimizer = optimizer();
      return new TrainingSettings(
          trainer.epochs,
          trainer.accumulation,
          schedule,
          optimizer.adamW(),
          optimizer.maxGradientNorm(),
          objective(),
          trainer.dropout,
          Set.of(),
          trainer.compactVocabulary,
          trainer.earlyStopping
              ? Optional.of(properties.check("patience", () -> new EarlyStopping(trainer.patience)))
              : Optional.empty(),
          session(),
          0);
    }

    private Schedule learningRate(String property, float peak) {
      properties.check("warmUp", () -> new WarmUpSchedule(1, trainer.warmUp, Decay.CONSTANT));
      return properties.check(
          property, () -> new WarmUpSchedule(peak, trainer.warmUp, trainer.learningRateDecay));
    }

    private OptimizerSettings optimizer() {
      AdamW usual = AdamW.DEFAULT;
      properties.check("beta1", () -> new AdamW(trainer.beta1, usual.beta2(), usual.epsilon(), 0));
      properties.check("beta2", () -> new AdamW(usual.beta1(), trainer.beta2, usual.epsilon(), 0));
      properties.check(
          "epsilon", () -> new AdamW(usual.beta1(), usual.beta2(), trainer.epsilon, 0));
      AdamW adamW =
          properties.check(
              "weightDecay",
              () -> new AdamW(trainer.beta1, trainer.beta2, trainer.epsilon, trainer.weightDecay));
      OptionalDouble maxNorm =
          trainer.maxGradientNorm == 0
              ? OptionalDouble.empty()
              : OptionalDouble.of(trainer.maxGradientNorm);
      return properties.check(
          "maxGradientNorm", () -> new OptimizerSettings(adamW, maxNorm, Set.of()));
    }

    private BatchPlan batches() {
      properties.checkAtLeast("maxTokens", 0, trainer.maxTokens);
      properties.checkAtLeast("batchSize", 1, trainer.batchSize);
      return trainer.maxTokens == 0
          ? BatchPlan.ofRows(trainer.batchSize)
          : BatchPlan.of(trainer.batchSize, trainer.maxTokens);
    }

    private Optional<Double> heldOut() {
      if (!(trainer.heldOut > 0 && trainer.heldOut < 1)) {
        throw properties.refused(
            "heldOut", "is %s, expected a number above 0 and below 1".formatted(trainer.heldOut));
      }
      return trainer.earlyStopping ? Optional.of(trainer.heldOut) : Optional.empty();
    }

    private SessionSettings session() {
      properties.checkAtLeast("threads", 0, trainer.threads);
      properties.check(
          "deviceId",
          () -> new SessionSettings(trainer.provider, trainer.deviceId, 0, trainer.threads));
      SessionSettings float32 =
          properties.check(
              "gpuMemoryLimitBytes",
              () ->
                  new SessionSettings(
                      trainer.provider,
                      trainer.deviceId,
                      trainer.gpuMemoryLimitBytes,
                      trainer.threads));
      SessionSettings session =
          properties.check("precision", () -> float32.withPrecision(trainer.precision));
      if (session.precision() != Precision.FLOAT32 && OperatorLibrary.onClassPath().isEmpty()) {
        throw properties.refused("precision", OperatorLibrary.MISSING);
      }
      return session;
    }

    private Optional<Path> file(String property, String path) {
      if (path.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(Path.of(path));
      } catch (InvalidPathException e) {
        throw properties.refused(property, "is no path: " + e.getMessage());
      }
    }
  }
}
