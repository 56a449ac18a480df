package org.tribuo.distill.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistillationBuilder;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.examples.CompareLosses.CompareLossesOptions;
import org.tribuo.distill.examples.console.Console;
import org.tribuo.distill.report.TextTable;
import org.tribuo.distill.training.StepReport;
import org.tribuo.distill.training.TrainingListener;

/** Trains a student by each of several losses, with several seeds. To be run once. */
final class LossComparison {
  private static final String TEACHER = "teacher";
  private static final String LABELS_ALONE = "labels alone";

  private final CompareLossesOptions options;
  private final Console console;
  private final Map<String, Row> rows = new LinkedHashMap<>();

  /** The accuracies of one loss, one for each seed, and the milliseconds of a step. */
  private record Row(List<Double> accuracies, List<Double> stepMillis) {
    Row() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    double mean() {
      return accuracies.stream().mapToDouble(x -> x).average().orElse(Double.NaN);
    }

    double deviation() {
      double mean = mean();
      double squares = accuracies.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
      return Math.sqrt(squares / Math.max(1, accuracies.size() - 1));
    }

    double millis() {
      return stepMillis.stream().mapToDouble(x -> x).average().orElse(Double.NaN);
    }
  }

  /** Measures steps: the mean of their times. */
  private static final class StepClock implements DistillationListener, TrainingListener {
    private double millis;
    private long steps;

    @Override
    public TrainingListener stage(String name) {
      return this;
    }

    @Override
    public void onStep(StepReport report) {
      millis += report.duration().toNanos() / 1e6;
      steps++;
    }

    double mean() {
      return millis / steps;
    }
  }

  LossComparison(CompareLossesOptions options, Console console) {
    this.options = options;
    this.console = console;
  }

  /** Does all trainings; each line of progress is one of them. */
  TextTable run() throws Exception {
    for (long seed : options.seeds) {
      options.training.seed = seed;
      compare(seed, new ResultFolder(options.output.folder.resolve("seed-" + seed)));
    }
    return table();
  }

  private void compare(long seed, ResultFolder folder) throws Exception {
    folder.prepare();
    Experiment experiment =
        Experiment.of(
            options.data, options.teacher, options.student, options.training, options.output);
    experiment.complete(new ResultFolder(options.output.folder));
    Trainers trainers = experiment.trainers();
    trainers.check();
    Texts texts = Texts.read(options.data, options.teacher.tokenizerFile());
    try (DistilledModel<Label> model = teacher(trainers, texts.labelled(), folder)) {
      note(TEACHER, seed, accuracy(model, texts.test()), Double.NaN);
    }
    if (options.training.controlEpochs > 0) {
      train(LABELS_ALONE, seed, trainers.control(folder.teacher()), texts.labelled(), texts.test());
    }
    Path store = folder.folder().resolve("soft-targets.mv");
    for (LossRecipe recipe : options.recipes()) {
      DistillationBuilder<Label> builder = trainers.teaching(folder.teacher(), store);
      recipe.addTo(builder, options.training.epochs, options.featureWeight);
      train(recipe.name(), seed, builder.build(), texts.training(), texts.test());
    }
  }

  private static DistilledModel<Label> teacher(
      Trainers trainers, Dataset<Label> labelled, ResultFolder folder) throws Exception {
    DistillationTrainer<Label> trainer = trainers.fineTuning();
    Optional<DistilledModel<Label>> earlier =
        folder.earlierTeacher(trainer.getProvenance(), labelled.getProvenance());
    if (earlier.isPresent()) {
      return earlier.get();
    }
    DistilledModel<Label> model = trainer.train(labelled);
    model.exportOnnx(folder.teacher());
    ResultFolder.save(model, folder.teacherModel());
    return model;
  }

  private void train(
      String name,
      long seed,
      DistillationTrainer<Label> trainer,
      Dataset<Label> texts,
      Dataset<Label> test) {
    StepClock clock = new StepClock();
    trainer.setListener(clock);
    try (DistilledModel<Label> model = trainer.train(texts)) {
      note(name, seed, accuracy(model, test), clock.mean());
    }
  }

  private static double accuracy(DistilledModel<Label> model, Dataset<Label> test) {
    return new LabelEvaluator().evaluate(model, test).accuracy();
  }

  private void note(String name, long seed, double accuracy, double stepMillis) {
    Row row = rows.computeIfAbsent(name, key -> new Row());
    row.accuracies().add(100 * accuracy);
    row.stepMillis().add(stepMillis);
    console.line(String.format(Locale.ROOT, "Seed %d, %s: %.2f %%", seed, name, 100 * accuracy));
  }

  private TextTable table() {
    List<List<String>> cells = new ArrayList<>();
    cells.add(List.of("", "accuracy", "deviation", "a step"));
    rows.forEach(
        (name, row) ->
            cells.add(
                List.of(
                    name,
                    String.format(Locale.ROOT, "%.2f %%", row.mean()),
                    String.format(Locale.ROOT, "%.2f", row.deviation()),
                    Double.isNaN(row.millis())
                        ? ""
                        : String.format(Locale.ROOT, "%.0f ms", row.millis()))));
    return new TextTable(cells);
  }
}
