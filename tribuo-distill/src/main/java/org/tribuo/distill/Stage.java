package org.tribuo.distill;

import java.util.Optional;
import java.util.function.Supplier;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.internal.FeatureMatching;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.task.internal.TaskLosses;
import org.tribuo.distill.teacher.internal.ActivationTeacher;
import org.tribuo.distill.teacher.internal.TeacherAgreement;
import org.tribuo.distill.training.internal.TrainingSettings;
import org.tribuo.distill.training.internal.data.ExampleRows;
import org.tribuo.distill.training.internal.data.Split;
import org.tribuo.distill.training.internal.data.StageExamples;

/**
 * A stage of a training with what it has of the trainer.
 *
 * @param name unique among the stages
 * @param from what the student's output is compared with
 * @param examples the stage's own; empty for those of the dataset
 * @param rows which of the examples
 * @param objective its losses and their schedules
 * @param frozen the weights that keep their values, if there are any
 * @param settings of the training loop
 */
record Stage(
    String name,
    TrainingStage.From from,
    Optional<ConfigurableDataSource<?>> examples,
    TrainingStage.Rows rows,
    DistillationObjective objective,
    Optional<FrozenWeights> frozen,
    TrainingSettings settings) {
  /** Whether intermediate activations are compared. */
  boolean compares() {
    return !objective.featureTerms().isEmpty();
  }

  /**
   * What the stage minimises, for the outputs of the dataset.
   *
   * @param task what is predicted
   * @param columns of the logits
   * @param weighted whether the weights of examples differ
   * @param teachers how an ensemble agrees, if there is one
   * @param activations the teacher whose intermediate activations are compared, if any stage does
   * @throws IllegalArgumentException if a loss does not fit the outputs or knows no weights
   */
  Objective objective(
      Task<?> task,
      LabelOrder columns,
      boolean weighted,
      Optional<TeacherAgreement> teachers,
      Optional<ActivationTeacher> activations) {
    TaskLosses losses = new TaskLosses(task);
    return new Objective(
        weighted ? task.unit().withWeights() : task.unit(),
        from.labels()
            ? Optional.of(
                losses.hard(objective.hardLoss().map(loss -> loss.forLabels(columns.names()))))
            : Optional.empty(),
        from.teacher() ? Optional.of(soft(losses, teachers)) : Optional.empty(),
        compares() ? activations.map(this::matching) : Optional.empty());
  }

  private FeatureMatching matching(ActivationTeacher activations) {
    return new FeatureMatching(
        activations.activations(), objective.featureTerms(), objective.inStudent());
  }

  private SoftLoss soft(TaskLosses losses, Optional<TeacherAgreement> teachers) {
    SoftLoss soft = losses.soft(objective.softLoss());
    return teachers.map(all -> all.against(soft, losses.task())).orElse(soft);
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
    return from == TrainingStage.From.LABELS && !compares();
  }

  /**
   * The rows that are trained on.
   *
   * @throws IllegalArgumentException if rows without a label are among them and teach nothing, or
   *     there are none
   */
  int[] chosen(StageExamples<?> texts, boolean hasTeacher) {
    ExampleRows all = texts.rows();
    Split split = texts.split();
    int[] unlabelled = all.unlabelledRows();
    if (rows == TrainingStage.Rows.LABELLED) {
      int[] labelled = split.labelledTraining(all);
      if (labelled.length == 0) {
        throw new IllegalArgumentException(
            "No example has a label, but the student learns from labelled ones in the stage '%s'; label some, or omit the stage"
                .formatted(name));
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
      objective.softLoss().ifPresent(this::checkLearnsWithoutLabels);
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
