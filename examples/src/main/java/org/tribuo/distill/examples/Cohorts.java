package org.tribuo.distill.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.file.FolderLock;
import org.tribuo.distill.teacher.OnnxTeacher;

/**
 * Fine-tunes the teachers for each seed, unless an earlier run has left them.
 *
 * @param experiment with the settings of teacher and students
 * @param second another teacher, which is fine-tuned if it has a file
 * @param activationCacheBytes the maximum memory for intermediate activations of the teacher
 * @param trials measures teachers
 */
record Cohorts(
    Experiment experiment, SecondTeacherOptions second, long activationCacheBytes, Trials trials) {
  private static final String TEACHER = "teacher";
  private static final String SECOND_TEACHER = "second teacher";

  /**
   * The teachers of a seed.
   *
   * @param texts what they learn from and are measured on
   */
  Cohort of(long seed, Texts texts) throws IOException {
    ResultFolder folder = folder(experiment.output(), seed);
    Trainers trainers = experiment.trainers(seed);
    List<Trial> teachers = new ArrayList<>();
    teachers.add(fineTune(TEACHER, trainers, texts, folder));
    Optional<OnnxTeacher> other = Optional.empty();
    if (second.isNamed()) {
      TeacherOptions teacher = second.like(experiment.teacher());
      ResultFolder beside = second(folder);
      teachers.add(
          fineTune(
              SECOND_TEACHER,
              new Trainers(teacher, experiment.student(), experiment.training(), seed),
              Texts.read(experiment.data(), teacher),
              beside));
      other =
          Optional.of(
              teacher.teaching(beside.teacher()).reading(teacher.tokenizerFile(), second.padId));
    }
    return new Cohort(
        trainers,
        folder.teacher(),
        other,
        experiment.output().storeFolder(folder),
        activationCacheBytes,
        teachers);
  }

  /** Where the teachers of a seed are. */
  static ResultFolder folder(OutputOptions output, long seed) {
    return new ResultFolder(output.folder.resolve("seed-" + seed));
  }

  /** Where the second teacher is, beside the first one. */
  static ResultFolder second(ResultFolder first) {
    return new ResultFolder(first.folder().resolve("second"));
  }

  private Trial fineTune(String name, Trainers trainers, Texts texts, ResultFolder folder)
      throws IOException {
    try (FolderLock alone = folder.prepare();
        DistilledModel<Label> model = fineTuned(trainers.fineTuning(), texts, folder)) {
      return trials.measure(
          new Trial.Subject(name, 0, trainers.seed(), Trial.Split.TEST),
          Provenances.digest(model.getProvenance(), texts.test().getProvenance()),
          model,
          texts.test());
    }
  }

  private static DistilledModel<Label> fineTuned(
      DistillationTrainer<Label> trainer, Texts texts, ResultFolder folder) throws IOException {
    Optional<DistilledModel<Label>> earlier =
        folder.earlierTeacher(trainer.getProvenance(), texts.labelled().getProvenance());
    return earlier.isPresent()
        ? earlier.get()
        : folder.keepTeacher(trainer.train(texts.labelled()));
  }
}
