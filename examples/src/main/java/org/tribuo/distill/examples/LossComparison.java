package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.file.FolderLock;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.report.TextTable;

/** Trains a student by each of several losses, with several seeds. To be run once. */
final class LossComparison {
  private static final String CLASS_MEANS = "class means alone";
  private static final String LABELS_ALONE = "labels alone";
  private static final String LABELS_FROM_TEACHER = "labels alone from teacher";

  private final CompareLossesOptions options;
  private final ProgressOutput console;
  private final Map<LossRecipe, Float> weights = new EnumMap<>(LossRecipe.class);
  private final List<Trial> results = new ArrayList<>();

  LossComparison(CompareLossesOptions options, ProgressOutput console) {
    this.options = options;
    this.console = console;
  }

  /** Does all trainings that have not been done; each line of progress is one of them. */
  TextTable run() throws Exception {
    options.check();
    ResultFolder folder = new ResultFolder(options.output.folder);
    try (FolderLock alone = folder.prepare()) {
      return trainAll(folder);
    }
  }

  private TextTable trainAll(ResultFolder folder) throws Exception {
    Experiment experiment =
        Experiment.of(
            options.data, options.teacher, options.student, options.training, options.output);
    experiment.complete(folder);
    if (options.teacher.isFinished()) {
      throw new PropertyException(
          "teacher",
          "epochs",
          "is 0, but a comparison fine-tunes a teacher for each seed, expected 1 or more");
    }
    List<LossRecipe> recipes = options.recipes();
    experiment.trainers().check();
    Path tokenizer = options.teacher.tokenizerFile();
    checkOutputs(experiment, folder);
    Texts texts = Texts.read(options.data, options.teacher);
    experiment.trainers().checkExamples(texts, options.data);
    if (options.second.isNamed()) {
      TeacherOptions second = options.second.like(options.teacher);
      new Trainers(second, options.student, options.training, options.training.seed)
          .checkExamplesOfTeacher("second teacher", Texts.read(options.data, second), options.data);
    }
    texts.files().forEach(file -> console.line(file + "."));
    Optional<Texts> heldOut =
        options.choosesWeights(recipes)
            ? Optional.of(texts.holdingOut(options.heldOut, options.data, tokenizer))
            : Optional.empty();
    Trials trials = new Trials(TrialFile.open(folder.trials()), console);
    Cohorts cohorts = new Cohorts(experiment, options.second, options.activationCacheBytes, trials);
    for (long seed : options.seeds) {
      Cohort cohort = cohorts.of(seed, texts);
      results.addAll(cohort.teachers());
      if (options.training.controlEpochs > 0) {
        results.add(onLabels(LABELS_ALONE, cohort.control(), seed, texts, trials));
        if (options.student.isCut()) {
          results.add(
              onLabels(LABELS_FROM_TEACHER, cohort.controlFromTeacher(), seed, texts, trials));
        }
        if (options.teacher.hasFreshHead()) {
          results.add(onLabels(CLASS_MEANS, cohort.classMeans(), seed, texts, trials));
        }
      }
      for (LossRecipe recipe : recipes) {
        if (recipe.isWeighted() && !weights.containsKey(recipe)) {
          weights.put(recipe, weight(recipe, cohort, heldOut, trials));
        }
        float weight = weights.getOrDefault(recipe, 0f);
        results.add(train(recipe, weight, cohort, texts, Trial.Split.TEST, trials));
      }
    }
    return ComparisonTable.of(results);
  }

  private void checkOutputs(Experiment experiment, ResultFolder folder) throws IOException {
    InputFiles inputs = experiment.inputs();
    if (options.second.isNamed()) {
      TeacherOptions second = options.second.like(options.teacher);
      inputs = inputs.withModel(second.file()).with(second.tokenizerFile());
    }
    List<ResultFolder> folders = new ArrayList<>(List.of(folder));
    for (long seed : options.seeds) {
      ResultFolder ofSeed = Cohorts.folder(options.output, seed);
      folders.add(ofSeed);
      folders.add(Cohorts.second(ofSeed));
    }
    for (ResultFolder each : folders) {
      each.checkOutputs(inputs, options.teacher, options.output.storeFolder(each));
    }
  }

  private static Trial onLabels(
      String name, DistillationTrainer<Label> control, long seed, Texts texts, Trials trials) {
    return trials.train(
        new Trial.Subject(name, 0, seed, Trial.Split.TEST),
        control,
        texts.labelled(),
        texts.test());
  }

  /** The weight that is best on held-out texts; the first of several that are equally good. */
  private float weight(LossRecipe recipe, Cohort cohort, Optional<Texts> heldOut, Trials trials)
      throws IOException {
    float best = options.featureWeights.get(0);
    double bestAccuracy = 0;
    if (heldOut.isPresent()) {
      for (float weight : options.featureWeights) {
        Trial trial = train(recipe, weight, cohort, heldOut.get(), Trial.Split.HELD_OUT, trials);
        if (trial.accuracy() > bestAccuracy) {
          best = weight;
          bestAccuracy = trial.accuracy();
        }
      }
    }
    return best;
  }

  private static Trial train(
      LossRecipe recipe,
      float weight,
      Cohort cohort,
      Texts texts,
      Trial.Split measured,
      Trials trials)
      throws IOException {
    return trials.train(
        new Trial.Subject(recipe.name(), weight, cohort.seed(), measured),
        cohort.student(recipe, weight),
        texts.training(),
        texts.test());
  }
}
