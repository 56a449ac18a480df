import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.generation.BeamSearch;
import org.tribuo.distill.generation.GeneratedText;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.generation.ParallelTextDataSource;
import org.tribuo.distill.generation.PerplexityEvaluator;
import org.tribuo.distill.generation.TextGenerator;
import org.tribuo.distill.generation.TextScores;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.student.ScratchEncoderDecoderStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;

/**
 * Trains an encoder-decoder to translate, and four of half its layers and width: one that learns
 * from the teacher's probabilities at each step of the targets, one from the teacher's own
 * translations of the sources (Kim and Rush 2016, arXiv:1606.07947), one from both, and one from
 * the targets alone. Prints perplexity, BLEU and chrF of all on the test texts.
 *
 * <p>Arguments: a folder with {@code train.en} and {@code train.de}, and as many {@code test*.en}
 * and {@code test*.de} as there are, one text a line; their tokenizer.json, which has the tokens
 * {@code <s>} and {@code </s>}. A number after them is the seed, and {@code --quick} takes some of
 * the texts and few epochs, which shows that everything works, not how good it is.
 */
public class TranslateTexts {
  /** Products are those of bfloat16 where the processor has them, which is faster; else float32. */
  private static final Device DEVICE = Device.cpu().withPrecision(Precision.BFLOAT16_PRODUCTS);

  private static final Path RESULTS = Path.of("target/translation");
  private static final Path SOFT_TARGETS = RESULTS.resolve("soft-targets");
  private static final String BEGIN = "<s>";
  private static final String END = "</s>";
  private static final int FEW_TEXTS = 200;
  private static final int MOST_TOKENS = 100;
  private static final int FEW_TOKENS = 20;

  /** How many of the teacher's logits are kept of each token. */
  private static final int MOST_LOGITS = 32;

  private static Path data;
  private static Path tokenizer;
  private static boolean quick;
  private static long seed;

  public static void main(String[] args) throws Exception {
    data = Path.of(args[0]);
    tokenizer = Path.of(args[1]);
    for (String arg : List.of(args).subList(2, args.length)) {
      if (arg.equals("--quick")) {
        quick = true;
      } else {
        seed = Long.parseLong(arg);
      }
    }
    Files.createDirectories(RESULTS);
    var train = pairs(some("train.en"), some("train.de"));

    Path teacher = RESULTS.resolve("teacher.onnx");
    var ofTeacher =
        settings(16, 2e-3f, 0.1f)
            .student(ScratchEncoderDecoderStudent.of(2, 2, 128, 4).withPositions(128))
            .build();
    train("teacher", ofTeacher, train, teacher);
    var distillation =
        small()
            .teacher(OnnxTeacher.of(teacher))
            .softTargetStore(SOFT_TARGETS)
            .objective(
                objective()
                    .softLoss(
                        new SparseKlDivergence(MOST_LOGITS, SparseKlDivergence.Tail.REST_CLASS))
                    .alpha(0.8f)
                    .temperature(1))
            .build();
    train("student, each step", distillation, train, RESULTS.resolve("student.onnx"));
    tellSizeOfSoftTargets(train);
    train("control", small().build(), train, RESULTS.resolve("control.onnx"));

    Path translations = translated(teacher, Files.readAllLines(some("train.en")));
    var translated = pairs(some("train.en"), translations);
    train(
        "student, translations",
        small().build(),
        translated,
        RESULTS.resolve("student-of-translations.onnx"));
    train("student, both", distillation, translated, RESULTS.resolve("student-of-both.onnx"));
  }

  private static DistillationTrainer.Builder<GeneratedTokens> small() {
    return settings(12, 3e-3f, 0)
        .student(ScratchEncoderDecoderStudent.of(1, 1, 64, 4).withPositions(128));
  }

  private static DistillationTrainer.Builder<GeneratedTokens> settings(
      int epochs, float rate, float dropout) {
    return DistillationTrainer.<GeneratedTokens>builder()
        .device(DEVICE)
        .epochs(quick ? 1 : epochs)
        .batching(new Batching().batchSize(64))
        .trainingGraph(new TrainingGraphOptions().dropout(dropout))
        .objective(objective())
        .optimizer(new AdamWOptimizer().learningRate(rate))
        .seed(seed);
  }

  private static DistillationObjective objective() {
    return new DistillationObjective().hardLoss(new CrossEntropy(0.1f));
  }

  private static void train(
      String name,
      DistillationTrainer<GeneratedTokens> trainer,
      ParallelTextDataSource pairs,
      Path file)
      throws Exception {
    long start = System.nanoTime();
    try (DistilledModel<GeneratedTokens> model = trainer.train(new MutableDataset<>(pairs))) {
      long seconds = (System.nanoTime() - start) / 1_000_000_000;
      model.exportOnnx(file);
      for (Path sources : tests()) {
        Path targets = target(sources);
        var test = new MutableDataset<>(pairs(some(sources), some(targets)));
        TextScores scores =
            TextScores.of(
                translations(file, Files.readAllLines(some(sources))),
                Files.readAllLines(some(targets)).stream().map(List::of).toList());
        System.out.printf(
            Locale.ROOT,
            "%s, %s: perplexity %.2f, BLEU %.2f, chrF %.2f; %d kB, trained in %d s%n",
            name,
            sources.getFileName(),
            new PerplexityEvaluator().evaluate(model, test).perplexity(),
            scores.bleu().score(),
            scores.chrF().score(),
            model.bytesOfWeights() / 1000,
            seconds);
      }
    }
  }

  private static void tellSizeOfSoftTargets(ParallelTextDataSource pairs) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(SOFT_TARGETS)) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    long tokens = 0;
    for (Example<GeneratedTokens> pair : pairs) {
      tokens += pair.getOutput().length();
    }
    System.out.printf(
        Locale.ROOT,
        "soft targets: %d logits of each of %d tokens, %.1f bytes a token%n",
        MOST_LOGITS,
        tokens,
        (double) bytes / tokens);
  }

  /** What a model makes of sources, by beam search. */
  private static List<String> translations(Path model, List<String> sources) {
    try (TextGenerator generator =
        TextGenerator.builder(model, tokenizer)
            .specialTokens(BEGIN, END)
            .sourceEndToken(END)
            .beamSearch(new BeamSearch().beams(4))
            .maxTokens(quick ? FEW_TOKENS : MOST_TOKENS)
            .device(DEVICE)
            .open()) {
      return generator.generate(sources).stream().map(GeneratedText::text).toList();
    }
  }

  /** The file of a model's translations, in which none is empty. */
  private static Path translated(Path model, List<String> sources) throws IOException {
    List<String> lines =
        translations(model, sources).stream()
            .map(text -> text.isBlank() ? "." : text.strip())
            .toList();
    return Files.write(RESULTS.resolve("translated.de"), lines);
  }

  private static ParallelTextDataSource pairs(Path sources, Path targets) {
    return ParallelTextDataSource.builder(sources, targets, tokenizer)
        .specialTokens(BEGIN, END)
        .sourceEndToken(END)
        .read();
  }

  private static List<Path> tests() throws IOException {
    try (Stream<Path> files = Files.list(data)) {
      return files
          .filter(file -> file.getFileName().toString().matches("test.*\\.en"))
          .sorted()
          .toList();
    }
  }

  private static Path target(Path sources) {
    return sources.resolveSibling(sources.getFileName().toString().replaceFirst("\\.en$", ".de"));
  }

  private static Path some(String file) throws IOException {
    return some(data.resolve(file));
  }

  /** The first lines of a file, if only some are taken. */
  private static Path some(Path file) throws IOException {
    if (!quick) {
      return file;
    }
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    return Files.write(
        RESULTS.resolve(file.getFileName()), lines.subList(0, Math.min(lines.size(), FEW_TEXTS)));
  }
}
