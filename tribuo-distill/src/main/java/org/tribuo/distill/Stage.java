package org.tribuo.distill;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.loss.FeatureMatching;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.Objective;
import org.tribuo.distill.loss.RowForm;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.output.TargetCodec;
import org.tribuo.distill.output.TargetKind;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.training.TrainingSettings;
import org.tribuo.distill.transformer.Feature;
import org.tribuo.distill.transformer.FeatureValue;

/**
 * What a stage's configuration means, checked.
 *
 * @param name unique among the stages
 * @param from what the student's answers are compared with
 * @param examples the stage's own; empty for those of the dataset
 * @param rows which of the examples
 * @param hardLoss empty for the usual one
 * @param softLoss empty for the usual one
 * @param features what is compared inside student and teacher
 * @param frozen the weights that keep their values, if there are any
 * @param settings all else
 */
record Stage(
    String name,
    TrainingStage.From from,
    Optional<ConfigurableDataSource<?>> examples,
    TrainingStage.Rows rows,
    Optional<HardLoss> hardLoss,
    Optional<SoftLoss> softLoss,
    List<FeatureTerm> features,
    Optional<FrozenWeights> frozen,
    TrainingSettings settings) {

  /** The name of the stage that is there where none is stated. */
  static final String TRAINING = "training";

  /** The name of the stage that {@code fineTuningEpochs} adds. */
  static final String FINE_TUNING = "fine-tuning";

  /**
   * What the stage minimises.
   *
   * @param weighted whether examples count differently
   * @param teachers how several teachers agree, if there are several
   * @param inside the teacher that shows what happens inside, if any stage compares that
   * @param inStudent where something inside the student is, if somebody has named it
   * @throws IllegalArgumentException if a loss does not fit the outputs or knows no weights
   */
  Objective objective(
      TargetCodec<?> codec,
      boolean weighted,
      Optional<TeacherAgreement> teachers,
      Optional<FeatureTeacher> inside,
      Map<Feature, FeatureValue> inStudent) {
    return new Objective(
        weighted ? RowForm.weightedExamples() : RowForm.examples(),
        from.labels() ? Optional.of(hard(codec)) : Optional.empty(),
        from.teacher() ? Optional.of(soft(codec.kind(), teachers)) : Optional.empty(),
        features.isEmpty()
            ? Optional.empty()
            : inside.map(teacher -> matching(teacher, inStudent)));
  }

  private FeatureMatching matching(FeatureTeacher inside, Map<Feature, FeatureValue> inStudent) {
    return new FeatureMatching(inside.features(), features, inStudent);
  }

  private HardLoss hard(TargetCodec<?> codec) {
    return new OutputLosses(codec.kind()).hard(hardLoss.map(loss -> loss.forLabels(codec.names())));
  }

  private SoftLoss soft(TargetKind kind, Optional<TeacherAgreement> teachers) {
    SoftLoss soft = new OutputLosses(kind).soft(softLoss);
    return teachers.map(all -> all.against(soft, kind)).orElse(soft);
  }

  /**
   * How the stage trains a student.
   *
   * @param student its graph, normalised for training
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if what is frozen is not there
   */
  TrainingSettings settingsFor(Supplier<Graph> student) {
    return frozen.map(weights -> settings.withFrozen(weights.in(student.get()))).orElse(settings);
  }

  private boolean learnsFromLabelsAlone() {
    return from == TrainingStage.From.LABELS && features.isEmpty();
  }

  /**
   * The rows that are trained on.
   *
   * @throws IllegalArgumentException if rows without a label are among them and teach nothing, or
   *     there are none
   */
  int[] chosen(StageTexts<?> texts, boolean hasTeacher) {
    TextRows all = texts.rows();
    HeldOut split = texts.split();
    int[] unlabelled = all.unlabelledRows();
    if (rows == TrainingStage.Rows.LABELLED) {
      int[] labelled = split.labelledTraining(all);
      if (labelled.length == 0) {
        throw new IllegalArgumentException(
            "No example has a label, but the student learns from labelled ones in the stage '%s'; label some, or %s"
                .formatted(
                    name,
                    name.equals(FINE_TUNING)
                        ? "set fineTuningEpochs to 0"
                        : "leave the stage out"));
      }
      return labelled;
    }
    if (learnsFromLabelsAlone() && unlabelled.length > 0) {
      throw new IllegalArgumentException(
          "%d of %d examples have no label, the first is example %d, and %s"
              .formatted(
                  unlabelled.length,
                  all.count(),
                  unlabelled[0],
                  hasTeacher
                      ? "the stage '%s' learns from labels alone; set its rows to LABELLED"
                          .formatted(name)
                      : "there is no teacher to say what they are; label them, leave them out, or name a teacher"));
    }
    if (from.teacher() && split.labelledTraining(all).length == 0) {
      softLoss.ifPresent(this::checkLearnsWithoutLabels);
    }
    return split.training();
  }

  private void checkLearnsWithoutLabels(SoftLoss loss) {
    if (loss.needsLabels()) {
      throw new IllegalArgumentException(
          "No example has a label, and the soft loss %s of the stage '%s' leaves out those that have none, which are all; label some, or choose a loss that learns from them (Dkd with unlabelled = TEACHERS_CLASS does)"
              .formatted(loss, name));
    }
  }
}
