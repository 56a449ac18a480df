package org.tribuo.distill.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluation;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.examples.Measurement.Measured;
import org.tribuo.distill.examples.console.Console;
import org.tribuo.distill.examples.console.DistillationProgress;
import org.tribuo.distill.file.FolderLock;
import org.tribuo.distill.report.Comparison;
import org.tribuo.distill.report.ModelReport;
import org.tribuo.distill.report.PeakMemory;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherRun;

/** Does an experiment, and says what it does. To be run once. */
final class ExperimentRun {
  private static final String TEACHER = "teacher";
  private static final String SOFT_TARGETS = "soft targets";
  private static final String STUDENT = "student";
  private static final String CONTROL = "control";
  private static final String COMPARISON = "comparison";
  private static final String FILES = "files";

  private final Experiment experiment;
  private final StartedFrom startedFrom;
  private final Trainers trainers;
  private final ResultFolder results;
  private final Console console;
  private final SpeedMeter meter;
  private final Phases phases = new Phases();

  /**
   * @param startedFrom the configuration that describes the experiment
   * @param console is told how it goes
   * @param meter says how much is measured
   */
  ExperimentRun(Experiment experiment, StartedFrom startedFrom, Console console, SpeedMeter meter) {
    this.experiment = experiment;
    this.startedFrom = startedFrom;
    this.trainers = experiment.trainers();
    this.results = new ResultFolder(experiment.output().folder);
    this.console = console;
    this.meter = meter;
  }

  /** Runs all steps and writes all files. */
  Results run() throws Exception {
    try (FolderLock alone = results.prepare()) {
      return steps();
    }
  }

  private Results steps() throws Exception {
    boolean writesConfiguration = startedFrom.leavesRoomFor(results.configuration());
    experiment.complete(results);
    InputFiles inputs = experiment.inputs();
    results.checkOutputs(
        writesConfiguration ? inputs.with(startedFrom.files().toArray(Path[]::new)) : inputs,
        experiment.teacher(),
        experiment.output().storeFolder(results));
    trainers.check();
    Texts texts = phases.time("texts", this::texts);
    results.keepTokenizer(experiment.teacher().tokenizerFile());
    texts.files().forEach(file -> say("%s.", file));
    say("Texts: %s.", texts.described());
    Measurement measurement = new Measurement(texts.test(), experiment.training().device(), meter);

    Measured teacher = teacher(texts, measurement);
    List<ModelReport> reports = new ArrayList<>();
    reports.add(teacher.report());
    reports.add(student(texts, measurement, teacher.evaluation(), writesConfiguration));
    if (experiment.training().controlEpochs > 0 && texts.labelled().size() == 0) {
      say("Control: none, as no text has a label.");
    } else if (experiment.training().controlEpochs > 0) {
      reports.add(control(texts, measurement, teacher.evaluation()));
    }
    Results measured =
        new Results(new Comparison(reports), phases.durations(), PeakMemory.resident());
    measured.writeCsv(results.csv());
    measured.writeJson(results.json());
    return measured;
  }

  private Texts texts() throws IOException {
    Texts texts = Texts.read(experiment.data(), experiment.teacher());
    trainers.checkTexts(texts, experiment.data());
    return texts;
  }

  private Measured teacher(Texts texts, Measurement measurement) throws Exception {
    if (experiment.teacher().isFinished()) {
      return finishedTeacher(measurement);
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
      return measure(measurement, TEACHER, model, results.teacher(), Optional.empty());
    }
  }

  private Measured finishedTeacher(Measurement measurement) throws Exception {
    TeacherOptions teacher = experiment.teacher();
    say("1. Teacher: %s, as it is.", teacher.file());
    try (DistilledModel<Label> model =
        DistilledModel.of(OnnxTeacher.of(teacher.file(), teacher.labels), new LabelFactory())) {
      return measure(measurement, TEACHER, model, teacher.file(), Optional.empty());
    }
  }

  private DistilledModel<Label> fineTuned(
      DistillationTrainer<Label> trainer, Dataset<Label> labelled) throws Exception {
    DistilledModel<Label> model = phases.time(TEACHER, () -> train(trainer, labelled, "Teacher"));
    say("   %s.", seconds(phases.of(TEACHER)));
    return phases.time(FILES, () -> results.keepTeacher(model));
  }

  private ModelReport student(
      Texts texts, Measurement measurement, LabelEvaluation teacher, boolean writesConfiguration)
      throws Exception {
    say("2. Soft targets: what the teacher says of all texts.");
    DistillationTrainer<Label> trainer =
        trainers.distillation(
            experiment.teacher().taught(results), experiment.output().storeFolder(results));
    long start = System.nanoTime();
    try (DistilledModel<Label> model = train(trainer, texts.training(), "Student")) {
      phases.add(
          STUDENT, Duration.ofNanos(System.nanoTime() - start).minus(phases.of(SOFT_TARGETS)));
      say("   %s.", seconds(phases.of(STUDENT)));
      if (experiment.training().fineTuneEpochs == 0) {
        say("5. Fine-tuning: none.");
      }
      phases.time(FILES, () -> results.keepStudent(model));
      if (writesConfiguration) {
        ExperimentFile.write(results.configuration(), experiment, model.getProvenance());
      }
      return measure(measurement, STUDENT, model, results.student(), Optional.of(teacher)).report();
    }
  }

  private ModelReport control(Texts texts, Measurement measurement, LabelEvaluation teacher)
      throws Exception {
    say(
        "Control: the same student without a teacher, %d epochs on the labelled texts.",
        experiment.training().controlEpochs);
    DistillationTrainer<Label> trainer = trainers.control();
    try (DistilledModel<Label> model =
        phases.time(CONTROL, () -> train(trainer, texts.labelled(), "Control"))) {
      say("   %s.", seconds(phases.of(CONTROL)));
      model.exportOnnx(results.control());
      return measure(measurement, CONTROL, model, results.control(), Optional.of(teacher)).report();
    }
  }

  private DistilledModel<Label> train(
      DistillationTrainer<Label> trainer, Dataset<Label> texts, String task) {
    try (DistillationProgress progress =
        new DistillationProgress(console, task, this::afterSoftTargets)) {
      trainer.setListener(progress);
      return trainer.train(texts);
    }
  }

  private void afterSoftTargets(TeacherRun run) {
    phases.add(SOFT_TARGETS, run.duration());
    if (run.ranTeacher()) {
      say(
          "   %,d in %s, %,.0f/s; %,d reused.",
          run.computedRows(), seconds(run.duration()), run.rowsPerSecond(), run.reusedRows());
    } else {
      say("   %,d reused: the teacher did not run.", run.reusedRows());
    }
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

  private Measured measure(
      Measurement measurement,
      String name,
      DistilledModel<Label> model,
      Path onnx,
      Optional<LabelEvaluation> teacher)
      throws Exception {
    return phases.time(COMPARISON, () -> measurement.measure(name, model, onnx, teacher));
  }

  private void say(String format, Object... values) {
    console.line(String.format(Locale.ROOT, format, values));
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1e3);
  }
}
