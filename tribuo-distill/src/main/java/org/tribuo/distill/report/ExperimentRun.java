package org.tribuo.distill.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tribuo.Dataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.teacher.TeacherRun;

/**
 * Trains models one after the other, shows how far each training is, and measures the models side
 * by side: the first one is the teacher with which the others are compared. To be used once, by one
 * thread.
 *
 * <pre>{@code
 * ExperimentRun run = new ExperimentRun(new ProgressOutput.Lines(System.out));
 * run.measure("teacher", teacher, Path.of("teacher.onnx"), meter);
 * try (DistilledModel<Label> student = run.train("student", trainer, examples)) {
 *   student.exportOnnx(Path.of("student.onnx"));
 *   run.measure("student", student, Path.of("student.onnx"), meter);
 * }
 * run.results().table().lines().forEach(System.out::println);
 * }</pre>
 */
public final class ExperimentRun {
  private static final String SOFT_TARGETS = "soft targets";
  private static final String COMPARISON = "comparison";

  private final ProgressOutput output;
  private final Phases phases = new Phases();
  private final List<ModelMeter.Measured> measured = new ArrayList<>();

  /**
   * An experiment in which nothing has run yet.
   *
   * @param output where it is shown how far a training is
   */
  public ExperimentRun(ProgressOutput output) {
    this.output = output;
  }

  /**
   * Trains a model. The time of the soft targets counts as a phase of that name, the rest as one of
   * the model's.
   *
   * @param name of the model, which is shown with a capital letter
   */
  public DistilledModel<Label> train(
      String name, DistillationTrainer<Label> trainer, Dataset<Label> examples) {
    return train(name, trainer, examples, run -> {});
  }

  /**
   * Trains a model whose soft targets end a part of the experiment.
   *
   * @param name of the model, which is shown with a capital letter
   * @param afterSoftTargets called when the soft targets of a teacher are complete and reported
   */
  public DistilledModel<Label> train(
      String name,
      DistillationTrainer<Label> trainer,
      Dataset<Label> examples,
      Consumer<TeacherRun> afterSoftTargets) {
    return watch(name, trainer, afterSoftTargets, () -> trainer.train(examples));
  }

  /**
   * Runs what trains, once or several times, with the listener of a trainer.
   *
   * @param name of the phase, which is shown with a capital letter
   * @param afterSoftTargets called when the soft targets of a teacher are complete and reported
   */
  public <R> R watch(
      String name,
      DistillationTrainer<Label> trainer,
      Consumer<TeacherRun> afterSoftTargets,
      Supplier<R> trainings) {
    Consumer<TeacherRun> timed =
        run -> {
          phases.add(SOFT_TARGETS, run.duration());
          run.cost().ifPresent(cost -> phases.add(SOFT_TARGETS, cost.duration()));
        };
    Duration earlierTargets = phases.of(SOFT_TARGETS);
    long start = System.nanoTime();
    try (DistillationProgress progress =
        new DistillationProgress(output, capitalised(name), timed.andThen(afterSoftTargets))) {
      trainer.setListener(progress);
      R result = trainings.get();
      Duration targets = phases.of(SOFT_TARGETS).minus(earlierTargets);
      Duration training = Duration.ofNanos(System.nanoTime() - start).minus(targets);
      phases.add(name, training);
      output.line(String.format(Locale.ROOT, "   %.1f s.", training.toMillis() / 1e3));
      return result;
    }
  }

  /** Runs another part of the experiment, whose wall time counts as a phase. */
  public <R> R time(String phase, Callable<R> part) throws Exception {
    return phases.time(phase, part);
  }

  /**
   * Measures a model; the first one is the teacher of the others. Its predictions count as a phase
   * of the experiment, but not the time in which its speed is measured.
   *
   * @param name of its row in the comparison
   * @param onnx its ONNX file
   * @param meter of all models
   * @throws IOException if the file cannot be read
   */
  public void measure(String name, DistilledModel<Label> model, Path onnx, ModelMeter meter)
      throws IOException {
    long start = System.nanoTime();
    ModelMeter.Measured row =
        measured.isEmpty()
            ? meter.measure(name, model, onnx)
            : meter.measure(name, model, onnx, measured.get(0));
    measured.add(row);
    phases.add(COMPARISON, Duration.ofNanos(System.nanoTime() - start).minus(row.metering()));
  }

  /** What has been measured so far. */
  public ExperimentResults results() {
    return new ExperimentResults(
        measured.stream().map(ModelMeter.Measured::report).toList(),
        phases.durations(),
        measured.stream().map(ModelMeter.Measured::metering).reduce(Duration.ZERO, Duration::plus),
        PeakMemory.resident());
  }

  private static String capitalised(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
