package org.tribuo.distill.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;
import org.tribuo.Dataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.file.FolderLock;
import org.tribuo.distill.input.text.KeptVocabulary;
import org.tribuo.distill.report.ExperimentResults;
import org.tribuo.distill.report.ExperimentRun;
import org.tribuo.distill.report.ModelMeter;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.selection.BudgetedTrainer;
import org.tribuo.distill.selection.StudentBudget;
import org.tribuo.distill.selection.StudentCandidate;
import org.tribuo.distill.selection.StudentChoice;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.ExportPrecision;

/** Does an experiment, and says what it does. To be run once. */
final class DistillTextRun {
  private static final String TEACHER = "teacher";
  private static final String STUDENT = "student";
  private static final String SEARCH = "search";
  private static final String CONTROL = "control";
  private static final String CLASS_MEANS = "class means";
  private static final String FILES = "files";

  private final Experiment experiment;
  private final StartedFrom startedFrom;
  private final Trainers trainers;
  private final ResultFolder results;
  private final ProgressOutput console;
  private final SpeedMeter speed;
  private final ExperimentRun run;

  /**
   * @param startedFrom the configuration that describes the experiment
   * @param console shows how it goes
   * @param speed how much is timed
   */
  DistillTextRun(
      Experiment experiment, StartedFrom startedFrom, ProgressOutput console, SpeedMeter speed) {
    this.experiment = experiment;
    this.startedFrom = startedFrom;
    this.trainers = experiment.trainers();
    this.results = new ResultFolder(experiment.output().folder);
    this.console = console;
    this.speed = speed;
    this.run = new ExperimentRun(console);
  }

  /** Runs all steps and writes all files. */
  ExperimentResults run() throws Exception {
    try (FolderLock alone = results.prepare()) {
      return steps();
    }
  }

  private ExperimentResults steps() throws Exception {
    boolean writesConfiguration = startedFrom.leavesRoomFor(results.configuration());
    experiment.complete(results);
    InputFiles inputs = experiment.inputs();
    results.checkOutputs(
        writesConfiguration ? inputs.with(startedFrom.files().toArray(Path[]::new)) : inputs,
        experiment.teacher(),
        experiment.output().storeFolder(results));
    Texts texts = run.time("texts", this::texts);
    results.keepTokenizer(experiment.teacher().tokenizerFile());
    texts.files().forEach(file -> say("%s.", file));
    say("Texts: %s.", texts.described());
    Learner learner = run.time("texts", () -> learner(texts));
    ModelMeter meter = meter(texts);

    teacher(texts, meter);
    if (experiment.student().budget().isPresent()) {
      boolean ofOtherTokens = experiment.student().searchesVocabularies();
      search(learner, experiment.student().budget().get());
      learner = ofOtherTokens ? learner(texts) : learner;
    }
    student(learner, writesConfiguration);
    if (experiment.training().controlEpochs > 0 && texts.labelled().size() == 0) {
      say("Control: none, as no text has a label.");
    } else if (experiment.training().controlEpochs > 0) {
      control(learner);
      if (experiment.training().classMeans && experiment.teacher().hasFreshHead()) {
        classMeans(texts, meter);
      }
    }
    ExperimentResults measured = run.results();
    measured.writeCsv(results.csv());
    measured.writeJson(results.json());
    return measured;
  }

  /** Reads the texts while the trainers are checked; what is wrong with these is said first. */
  private Texts texts() throws Exception {
    FutureTask<Texts> reading =
        new FutureTask<>(() -> Texts.read(experiment.data(), experiment.teacher()));
    Thread reader = new Thread(reading, "texts");
    reader.setDaemon(true);
    reader.start();
    try {
      trainers.check();
      Texts texts = reading.get();
      trainers.checkExamples(texts, experiment.data());
      return texts;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (Exception) e.getCause();
    } finally {
      reading.cancel(true);
    }
  }

  private ModelMeter meter(Texts texts) {
    return new ModelMeter(texts.test(), experiment.training().device(), speed);
  }

  /**
   * A student before it is made.
   *
   * @param trainers train it
   * @param texts in its tokens
   */
  private record Learner(Trainers trainers, Texts texts) {}

  private Learner learner(Texts texts) throws IOException {
    Optional<Integer> stated = experiment.student().leastTexts();
    if (stated.isEmpty()) {
      results.keepVocabulary(Optional.empty());
      return new Learner(trainers, texts);
    }
    TeacherOptions teacher = experiment.teacher();
    int leastTexts = stated.get();
    KeptVocabulary kept = Vocabularies.kept(teacher, texts, leastTexts);
    results.keepVocabulary(Optional.of(kept));
    say(
        "Vocabulary: %,d of the teacher's tokens, those of %d texts or more and what other words"
            + " are read with.",
        kept.size(), leastTexts);
    Texts own = Texts.read(experiment.data(), teacher, results.studentTokenizer());
    Trainers reading =
        trainers.reading(
            new Trainers.Reading(results.studentTokenizer(), experiment.data().maxLength));
    reading.checkExamplesOfStudent(own, experiment.data());
    return new Learner(reading, own);
  }

  private void teacher(Texts texts, ModelMeter meter) throws Exception {
    if (experiment.teacher().isFinished()) {
      finishedTeacher(meter);
      return;
    }
    say("1. Teacher: %d epochs on the labelled texts.", experiment.teacher().epochs);
    DistillationTrainer<Label> trainer = trainers.fineTuning();
    Optional<DistilledModel<Label>> earlier =
        results.earlierTeacher(trainer.getProvenance(), texts.labelled().getProvenance());
    if (earlier.isPresent()) {
      say("   Reused: %s is the same teacher.", results.teacherModel());
    }
    try (DistilledModel<Label> model =
        earlier.isPresent() ? earlier.get() : fineTuned(trainer, texts.labelled())) {
      run.measure(TEACHER, model, results.teacher(), meter);
    }
  }

  private void finishedTeacher(ModelMeter meter) throws Exception {
    TeacherOptions teacher = experiment.teacher();
    say("1. Teacher: %s, as it is.", teacher.file());
    try (DistilledModel<Label> model =
        DistilledModel.of(OnnxTeacher.of(teacher.file(), teacher.labels), new LabelFactory())) {
      run.measure(TEACHER, model, teacher.file(), meter);
    }
  }

  private DistilledModel<Label> fineTuned(
      DistillationTrainer<Label> trainer, Dataset<Label> labelled) throws Exception {
    DistilledModel<Label> model = run.train(TEACHER, trainer, labelled);
    return run.time(FILES, () -> results.keepTeacher(model));
  }

  /** Afterwards the experiment is one of the student that was found. */
  private void search(Learner learner, StudentBudget budget) throws Exception {
    say("Search: students within %s are measured before they are trained.", budget);
    if (!experiment.student().searchesVocabularies()) {
      found(chosen(distillation(learner), learner, budget, search -> search), OptionalInt.empty());
      return;
    }
    Path tokenizer = experiment.teacher().tokenizerFile();
    try (Vocabularies vocabularies =
        Vocabularies.write(experiment.teacher(), learner.texts(), results.vocabularies())) {
      StudentChoice<Label> choice =
          chosen(
              learner
                  .trainers()
                  .distillationOfOtherTokens(
                      experiment.teacher().fineTuned(results.teacher()),
                      experiment.output().storeFolder(results),
                      experiment.data().maxLength),
              learner,
              budget,
              search -> search.vocabularies(tokenizer, vocabularies.files()));
      found(choice, vocabularies.leastTexts(choice.chosen().tokens()));
    }
  }

  private StudentChoice<Label> chosen(
      DistillationTrainer<Label> trainer,
      Learner learner,
      StudentBudget budget,
      UnaryOperator<BudgetedTrainer<Label>> settings)
      throws Exception {
    SearchReport report = new SearchReport(console, budget);
    BudgetedTrainer<Label> search =
        settings.apply(BudgetedTrainer.of(trainer, budget).speed(speed));
    search.setListener(report);
    StudentChoice<Label> choice =
        run.watch(SEARCH, trainer, targets -> {}, () -> search.choose(learner.texts().training()));
    report.show(choice);
    return choice;
  }

  private void found(StudentChoice<Label> choice, OptionalInt leastTexts) {
    int whole = choice.candidates().stream().mapToInt(StudentCandidate::width).max().orElseThrow();
    experiment.student().become(choice.chosen(), whole, leastTexts);
    experiment.training().learningRate *= (float) whole / choice.chosen().width();
  }

  private DistillationTrainer<Label> distillation(Learner learner) throws IOException {
    return learner
        .trainers()
        .distillation(
            experiment.teacher().fineTuned(results.teacher()),
            experiment.output().storeFolder(results));
  }

  private void student(Learner learner, boolean writesConfiguration) throws Exception {
    say("2. Soft targets: what the teacher says of all texts.");
    DistillationTrainer<Label> trainer = distillation(learner);
    ModelMeter meter = meter(learner.texts());
    try (DistilledModel<Label> model =
        run.train(
            STUDENT, trainer, learner.texts().training(), targets -> sayHowTheStudentLearns())) {
      if (experiment.training().fineTuneEpochs == 0) {
        say("5. Fine-tuning: none.");
      }
      run.time(FILES, () -> results.keepStudent(model));
      if (writesConfiguration) {
        ExperimentFile.write(results.configuration(), experiment, model.getProvenance());
      }
      run.measure(STUDENT, model, results.student(), meter);
      if (experiment.student().hasSmallFile()) {
        smallFile(model, experiment.student().precision, meter);
      }
    }
  }

  /** What is measured is the file, not the model that it is written of. */
  private void smallFile(DistilledModel<Label> student, ExportPrecision precision, ModelMeter meter)
      throws Exception {
    Path file = results.student(precision);
    run.time(
        FILES,
        () -> {
          student.exportOnnx(file, precision);
          return file;
        });
    try (DistilledModel<Label> small =
        DistilledModel.of(OnnxTeacher.of(file), new LabelFactory())) {
      run.measure(
          "%s in %s".formatted(STUDENT, precision.name().toLowerCase(Locale.ROOT)),
          small,
          file,
          meter);
    }
  }

  private void control(Learner learner) throws Exception {
    say(
        "Control: the same student without a teacher, %d epochs on the labelled texts.",
        experiment.training().controlEpochs);
    DistillationTrainer<Label> trainer = learner.trainers().control();
    try (DistilledModel<Label> model = run.train(CONTROL, trainer, learner.texts().labelled())) {
      model.exportOnnx(results.control());
      run.measure(CONTROL, model, results.control(), meter(learner.texts()));
    }
  }

  private void classMeans(Texts texts, ModelMeter meter) throws Exception {
    say(
        "Class means: the teacher's encoder without training, the nearest class mean is the label.");
    try (DistilledModel<Label> model =
        run.train(CLASS_MEANS, trainers.classMeans(), texts.labelled())) {
      model.exportOnnx(results.classMeans());
      run.measure(CLASS_MEANS, model, results.classMeans(), meter);
    }
  }

  private void sayHowTheStudentLearns() {
    TrainingOptions training = experiment.training();
    say("3. Student: %s.", experiment.student().described());
    if (training.fineTuneEpochs == 0) {
      say("4. Training: %d epochs on all texts.", training.epochs);
    } else {
      say(
          "4. Training: %d epochs on all texts. 5. Fine-tuning: %d on the labelled ones.",
          training.epochs, training.fineTuneEpochs);
    }
  }

  private void say(String format, Object... values) {
    console.line(String.format(Locale.ROOT, format, values));
  }
}
