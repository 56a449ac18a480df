package org.tribuo.distill.examples.benchmark;

import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.examples.benchmark.Measurement.Unit;
import org.tribuo.distill.examples.console.Program;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.internal.text.TokenReader;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.report.ExperimentRun;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.internal.BatchLimits;
import org.tribuo.distill.teacher.internal.Teacher;
import org.tribuo.distill.teacher.internal.TeacherBatch;
import org.tribuo.distill.teacher.internal.TeacherExamples;
import org.tribuo.distill.teacher.internal.TeacherSettings;

/**
 * Times training steps and soft targets of random encoders, as {@code encoder_steps.py} does in
 * PyTorch. A step is all between two updates of the weights; its time is the median.
 */
final class EncoderSteps {
  static final String TARGETS = "soft targets";
  static final String INT8_TARGETS = "soft targets, int8";

  private static final int VOCABULARY = 30_522;
  private static final int LONGEST = 64;

  /** Each like a row of {@code encoder_steps.py}. */
  private static final List<Step> STEPS =
      List.of(
          new Step("teacher's step", encoder(6, 384, 32, 16), false),
          new Step("student's step", encoder(2, 384, 32, 16), true),
          new Step("12 layers, a step", encoder(12, 384, 32, 16), false),
          new Step("768 wide, a step", encoder(6, 768, 8, 64), false));

  private final EncoderStepsOptions options;
  private final Device device;
  private final SplittableRandom random = new SplittableRandom(1);

  private EncoderSteps(EncoderStepsOptions options) {
    this.options = options;
    this.device = Device.cpu(options.threads).withPrecision(options.precision);
  }

  /** What is timed. */
  private record Step(String what, RandomEncoder encoder, boolean hasTeacher) {}

  /** The options. */
  public static final class EncoderStepsOptions implements Options {
    @Option(longName = "threads", usage = "threads")
    public int threads = 2;

    @Option(longName = "steps", usage = "steps that are timed of each model")
    public int steps = 12;

    @Option(longName = "texts", usage = "texts of which soft targets are timed")
    public int texts = 2048;

    @Option(longName = "precision", usage = "FLOAT32 or BFLOAT16_PRODUCTS")
    public Precision precision = Precision.FLOAT32;
  }

  /** Prints a line of JSON for each measurement. */
  public static void main(String[] arguments) {
    Program.run(
        arguments,
        new EncoderStepsOptions(),
        (options, configuration) -> new EncoderSteps(options).run());
  }

  private void run() throws IOException {
    Path folder = Files.createTempDirectory("encoder-steps");
    Path teacher = folder.resolve("teacher.onnx");
    try {
      try (DistilledModel<Label> model = encoder(6, 384, 32, 16).train(3, device)) {
        model.exportOnnx(teacher);
      }
      for (Step step : STEPS) {
        Optional<Path> teaching = step.hasTeacher ? Optional.of(teacher) : Optional.empty();
        tell(step.what, Unit.MILLISECONDS, step.encoder.step(options.steps, device, teaching));
      }
      softTargets(teacher);
    } finally {
      Files.deleteIfExists(teacher);
      Files.delete(folder);
    }
    OptionalLong peak =
        new ExperimentRun(new ProgressOutput.Lines(System.err)).results().peakResidentBytes();
    peak.ifPresent(bytes -> tell("steps, memory", Unit.MEGABYTES, bytes / 1e6));
  }

  private static void tell(String what, Unit unit, double value) {
    System.out.println(new Measurement(what, unit, value).toJson());
  }

  private static RandomEncoder encoder(int layers, int width, int batch, int tokens) {
    return new RandomEncoder(VOCABULARY, layers, width, batch, tokens);
  }

  private void softTargets(Path file) throws IOException {
    LabelOrder labels;
    try (DistilledModel<Label> model =
        DistilledModel.of(OnnxTeacher.of(file), new LabelFactory())) {
      labels = new LabelOrder(model.labelOrder());
    }
    TeacherSettings settings = TeacherSettings.of(file, labels).withDevice(device);
    List<TokenSequence> texts = new ArrayList<>();
    for (int i = 0; i < options.texts; i++) {
      texts.add(RandomEncoder.text(random, random.nextInt(8, 28)));
    }
    tell(TARGETS, Unit.PER_SECOND, perSecond(settings, texts));
    if (options.precision == Precision.FLOAT32) {
      tell(INT8_TARGETS, Unit.PER_SECOND, perSecond(settings.withInt8(true), texts));
    }
  }

  private static double perSecond(TeacherSettings settings, List<TokenSequence> texts)
      throws IOException {
    TokenReader reader = new TokenReader(new TokenFeatures(LONGEST, VOCABULARY), 0);
    try (Teacher teacher = Teacher.open(settings)) {
      TeacherExamples inputs =
          new TeacherExamples(FedInputs.of(new ExampleInputs<>(reader, texts), teacher.inputs()));
      BatchLimits limits = BatchLimits.defaultFor(settings.device().provider());
      List<TeacherBatch> batches = new ArrayList<>();
      inputs.batches(0, texts.size(), limits).forEach(batches::add);
      teacher.logits(batches.get(0));
      long start = System.nanoTime();
      int rows = batches.stream().mapToInt(batch -> teacher.logits(batch).size()).sum();
      return rows / ((System.nanoTime() - start) / 1e9);
    }
  }
}
