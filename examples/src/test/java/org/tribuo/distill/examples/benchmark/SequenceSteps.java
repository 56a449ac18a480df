package org.tribuo.distill.examples.benchmark;

import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.examples.benchmark.Measurement.Unit;
import org.tribuo.distill.examples.console.Program;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.report.ExperimentRun;
import org.tribuo.distill.report.ProgressOutput;

/**
 * Times models of sequences, as {@code sequence_steps.py} does in PyTorch: the tokens a second that
 * a teacher learns, those of which it gives soft targets, and those that a student learns from it.
 */
final class SequenceSteps {
  /** Each like a row of {@code sequence_steps.py}. */
  private static final List<Pair> PAIRS =
      List.of(
          new Pair(
              "translation",
              new RandomSequences(true, 6_000, 3, 256, 64, 16),
              new RandomSequences(true, 6_000, 1, 128, 64, 16)),
          new Pair(
              "language model of 32,000 tokens",
              new RandomSequences(false, 32_000, 3, 256, 16, 128),
              new RandomSequences(false, 32_000, 1, 128, 16, 128)));

  private final SequenceStepsOptions options;
  private final Device device;

  private SequenceSteps(SequenceStepsOptions options) {
    this.options = options;
    this.device = Device.cpu(options.threads).withPrecision(options.precision);
  }

  /** What is timed. */
  private record Pair(String what, RandomSequences teacher, RandomSequences student) {}

  /** The options. */
  public static final class SequenceStepsOptions implements Options {
    @Option(longName = "threads", usage = "threads")
    public int threads = 2;

    @Option(longName = "steps", usage = "steps that are timed of each model")
    public int steps = 12;

    @Option(longName = "precision", usage = "FLOAT32 or BFLOAT16_PRODUCTS")
    public Precision precision = Precision.FLOAT32;
  }

  /** Prints a line of JSON for each measurement. */
  public static void main(String[] arguments) {
    Program.run(
        arguments,
        new SequenceStepsOptions(),
        (options, configuration) -> new SequenceSteps(options).run());
  }

  private void run() throws IOException {
    Path folder = Files.createTempDirectory("sequence-steps");
    Path teacher = folder.resolve("teacher.onnx");
    try {
      for (Pair pair : PAIRS) {
        time(pair, teacher);
      }
    } finally {
      Files.deleteIfExists(teacher);
      Files.delete(folder);
    }
    OptionalLong peak =
        new ExperimentRun(new ProgressOutput.Lines(System.err)).results().peakResidentBytes();
    peak.ifPresent(bytes -> tell("sequences, memory", Unit.MEGABYTES, bytes / 1e6));
  }

  private void time(Pair pair, Path file) throws IOException {
    StepTimes ofTeacher = new StepTimes();
    try (DistilledModel<GeneratedTokens> model =
        pair.teacher.train(options.steps, device, Optional.empty(), ofTeacher)) {
      model.exportOnnx(file);
    }
    StepTimes ofStudent = new StepTimes();
    pair.student.train(options.steps, device, Optional.of(file), ofStudent).close();
    tell(pair.what + ", teacher", pair.teacher.predictedPerSecond(ofTeacher));
    tell(pair.what + ", soft targets", pair.teacher.targetsPerSecond(ofStudent));
    tell(pair.what + ", student", pair.student.predictedPerSecond(ofStudent));
  }

  private static void tell(String what, double tokensPerSecond) {
    tell(what, Unit.PER_SECOND, tokensPerSecond);
  }

  private static void tell(String what, Unit unit, double value) {
    System.out.println(new Measurement(what, unit, value).toJson());
  }
}
