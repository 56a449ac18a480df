package org.tribuo.distill.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.oracle.labs.mlrg.olcut.config.ArgumentException;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.OperatorLibrary;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.examples.DistillText;
import org.tribuo.distill.examples.benchmark.Measurement.Unit;
import org.tribuo.distill.examples.console.Program;
import org.tribuo.distill.file.internal.TemporaryFolder;

/**
 * Times this library and PyTorch in turns, on the same work with as many threads, and prints the
 * ratios. Each measurement is a process of its own: ours, PyTorch's, ours, PyTorch's; of several
 * rounds the best of each is taken, since other work of the machine comes and goes. The main job of
 * the README is run once on each side, in each precision.
 *
 * <p>Without Python it prints our side alone.
 */
public final class PeerBenchmark {
  private static final Path PROGRAMS = Path.of("src", "dev", "python", "peer");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BenchmarkOptions options;
  private final Path folder;
  private final boolean hasPython;
  private final List<Side> ours = List.of(new Side("ours, float32"), new Side("ours, bf16"));
  private final List<Side> peers = List.of(new Side("PyTorch, float32"), new Side("PyTorch, bf16"));

  private PeerBenchmark(BenchmarkOptions options, Path folder) {
    this.options = options;
    this.folder = folder;
    this.hasPython = options.python != null;
  }

  /** The options. */
  public static final class BenchmarkOptions implements Options {
    @Option(
        longName = "python",
        usage =
            "a Python with torch, transformers, onnx, tokenizers and numpy, such as"
                + " venv/bin/python; without it this library is timed alone")
    public @Nullable String python;

    @Option(longName = "threads", usage = "threads of each side")
    public int threads = 2;

    @Option(longName = "rounds", usage = "how often steps and soft targets are timed on each side")
    public int rounds = 2;

    @Option(
        longName = "job-epochs",
        usage =
            "epochs of the main job: of the teacher, the student and the control; 0,0,0 for none")
    public int[] jobEpochs = {2, 1, 3};

    @Option(longName = "full", usage = "the main job with the epochs of the README: 6,3,8")
    public boolean full;

    @Option(
        longName = "quick",
        usage = "a trial of the programs: one round, few steps, no main job")
    public boolean quick;

    @Override
    public String getOptionsDescription() {
      return "Times this library and PyTorch in turns.";
    }

    /** Refuses epochs that are no main job. */
    private void check() {
      boolean isNone = Arrays.stream(jobEpochs).allMatch(epochs -> epochs == 0);
      if (jobEpochs.length != 3 || !isNone && Arrays.stream(jobEpochs).anyMatch(n -> n < 1)) {
        throw new ArgumentException(
            "job-epochs", "has to be three numbers of 1 or more, or 0,0,0 for no main job");
      }
    }

    private int[] epochs() {
      return full ? new int[] {6, 3, 8} : quick ? new int[3] : jobEpochs;
    }
  }

  /** Runs the comparison; see {@code --help}. */
  public static void main(String[] arguments) {
    Program.run(
        arguments,
        new BenchmarkOptions(),
        (options, configuration) -> {
          Program.refuseTexts(configuration);
          options.check();
          try (TemporaryFolder folder = TemporaryFolder.create()) {
            new PeerBenchmark(options, folder.path()).run();
          }
        });
  }

  private void run() throws Exception {
    if (!hasPython) {
      System.out.println(
          "Without --python this library is timed alone; name a Python with torch, transformers, onnx, tokenizers and numpy.");
    }
    OperatorLibrary library = OperatorLibrary.required();
    if (!library.isActive()) {
      System.out.printf(
          Locale.ROOT, "bf16 is float32 on our side: %s.%n", library.instructionSet());
    }
    int rounds = options.quick ? 1 : options.rounds;
    for (int round = 1; round <= rounds; round++) {
      for (int precision = 0; precision < ours.size(); precision++) {
        say("Round %d of %d, %s", round, rounds, precision == 0 ? "float32" : "bf16");
        ours.get(precision).run(steps(precision, EncoderSteps.class, sizeOfEncoders()));
        if (hasPython) {
          peers.get(precision).run(python(precision, "encoder_steps.py", sizeOfEncoders()));
        }
        ours.get(precision).run(steps(precision, SequenceSteps.class, sizeOfSequences()));
        if (hasPython) {
          peers.get(precision).run(python(precision, "sequence_steps.py", sizeOfSequences()));
        }
      }
    }
    int[] epochs = options.epochs();
    for (int precision = 0;
        precision < ours.size() && Arrays.stream(epochs).sum() > 0;
        precision++) {
      say(
          "The main job with %d, %d and %d epochs, %s",
          epochs[0], epochs[1], epochs[2], precision == 0 ? "float32" : "bf16");
      job(precision);
      if (hasPython) {
        peers.get(precision).run(jobOfPeer(precision));
      }
    }
    System.out.println();
    new RatioTable(ours, hasPython ? peers : List.of()).lines().forEach(System.out::println);
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  private static List<String> java(String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx768m", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8"));
    command.addAll(List.of("-classpath", System.getProperty("java.class.path"), main));
    command.addAll(List.of(arguments));
    return command;
  }

  private List<String> python(int precision, String program, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(options.python == null ? "python" : options.python);
    command.add(PROGRAMS.resolve(program).toString());
    command.addAll(List.of("--threads", Integer.toString(options.threads)));
    command.addAll(List.of(arguments));
    if (precision > 0) {
      command.add("--bf16");
    }
    return command;
  }

  private static String name(int precision) {
    return (precision == 0 ? Precision.FLOAT32 : Precision.BFLOAT16_PRODUCTS).name();
  }

  private List<String> steps(int precision, Class<?> program, String... size) {
    List<String> command =
        java(
            program.getName(),
            "--threads",
            Integer.toString(options.threads),
            "--precision",
            name(precision));
    command.addAll(List.of(size));
    return command;
  }

  private String[] sizeOfEncoders() {
    return options.quick ? new String[] {"--steps", "2", "--texts", "256"} : new String[0];
  }

  private String[] sizeOfSequences() {
    return options.quick ? new String[] {"--steps", "2"} : new String[0];
  }

  private Path output(int precision) {
    return folder.resolve(name(precision));
  }

  private void job(int precision) throws IOException, InterruptedException {
    int[] epochs = options.epochs();
    Path output = output(precision);
    ours.get(precision)
        .run(
            java(
                DistillText.class.getName(),
                "--threads",
                Integer.toString(options.threads),
                "--precision",
                name(precision),
                "--teacher-epochs",
                Integer.toString(epochs[0]),
                "--epochs",
                Integer.toString(epochs[1]),
                "--control-epochs",
                Integer.toString(epochs[2]),
                "--linear-head",
                "true",
                "--class-means",
                "false",
                "--output",
                output.toString()));
    JsonNode results = JSON.readTree(output.resolve("results.json").toFile());
    double seconds = 0;
    for (JsonNode phase : results.required("seconds")) {
      seconds += phase.asDouble();
    }
    ours.get(precision).add(new Measurement("main job", Unit.SECONDS, seconds));
    if (results.has("peak_resident_bytes")) {
      double bytes = results.required("peak_resident_bytes").asDouble();
      ours.get(precision).add(new Measurement("main job, memory", Unit.MEGABYTES, bytes / 1e6));
    }
    for (JsonNode model : results.required("models")) {
      ours.get(precision)
          .add(
              new Measurement(
                  "main job, " + model.required("model").asText(),
                  Unit.PERCENT,
                  100 * model.required("accuracy").asDouble()));
    }
  }

  private List<String> jobOfPeer(int precision) {
    int[] epochs = options.epochs();
    Path pretrained = output(precision).resolve("pretrained");
    return python(
        precision,
        "few_labels.py",
        "--model",
        pretrained.resolve("all-minilm-l6-v2.onnx").toString(),
        "--tokenizer",
        pretrained.resolve("all-minilm-l6-v2-tokenizer.json").toString(),
        "--teacher-epochs",
        Integer.toString(epochs[0]),
        "--epochs",
        Integer.toString(epochs[1]),
        "--control-epochs",
        Integer.toString(epochs[2]));
  }
}
