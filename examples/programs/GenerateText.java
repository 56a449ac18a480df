import de.siegmar.fastcsv.reader.CsvReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.generation.PerplexityEvaluator;
import org.tribuo.distill.generation.PlainTextDataSource;
import org.tribuo.distill.generation.TextGenerator;
import org.tribuo.distill.generation.TokenSampling;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.KeptVocabulary;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.student.ScratchTokenStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;

/**
 * Trains a language model in the form of GPT-2 on BANKING77's questions and WNUT17's posts, distils
 * it into one of a third of its size, and trains the small one on the texts alone. Prints the
 * perplexity of all three on texts that were held out, and how the student goes on with some
 * beginnings. The tokenizer is the one that the main job has unpacked, reduced to the tokens of the
 * texts.
 *
 * <p>Arguments: {@code --quick} takes some of the texts and few epochs, which shows that everything
 * works, not how good it is; a number is the seed of the trainings.
 */
public class GenerateText {
  private static final Path DATA = Path.of("examples/data");
  private static final Path TOKENIZER = Path.of("target/banking77/tokenizer.json");
  private static final Path RESULTS = Path.of("target/generation");

  private static final int FEW_TEXTS = 1_500;

  /** A token that fewer texts have is read in pieces. */
  private static final int LEAST_TEXTS = 5;

  /** How many of the teacher's logits are kept of each token. */
  private static final int MOST_LOGITS = 32;

  private static boolean quick;
  private static long seed;
  private static Path tokenizer = RESULTS.resolve("tokenizer.json");

  public static void main(String[] args) throws Exception {
    for (String arg : args) {
      if (arg.equals("--quick")) {
        quick = true;
      } else {
        seed = Long.parseLong(arg);
      }
    }
    Files.createDirectories(RESULTS);
    List<String> texts = texts("banking77/train.csv", "wnut17/wnut17train.conll");
    KeptVocabulary.of(TOKENIZER, texts, LEAST_TEXTS).writeTokenizer(tokenizer);
    var train = source(Files.write(RESULTS.resolve("train.txt"), texts));
    List<String> heldOut = texts("banking77/test.csv", "wnut17/emerging.test.annotated");
    var test = source(Files.write(RESULTS.resolve("test.txt"), heldOut));

    Path teacher = RESULTS.resolve("teacher.onnx");
    var ofTeacher =
        settings(4, 1e-3f).student(ScratchTokenStudent.of(3, 192, 6).withPositions(128)).build();
    train("teacher", ofTeacher, train, test, teacher);

    int largest = Math.min(MOST_LOGITS, train.vocabulary().size());
    var distillation =
        settings(5, 2e-3f)
            .student(ScratchTokenStudent.of(2, 96, 4).withPositions(128))
            .teacher(OnnxTeacher.of(teacher))
            .objective(
                new DistillationObjective()
                    .softLoss(new SparseKlDivergence(largest, SparseKlDivergence.Tail.REST_CLASS))
                    .alpha(0.7f)
                    .temperature(1))
            .build();
    Path student = RESULTS.resolve("student.onnx");
    train("student", distillation, train, test, student);

    var control =
        settings(5, 2e-3f).student(ScratchTokenStudent.of(2, 96, 4).withPositions(128)).build();
    train("control", control, train, test, RESULTS.resolve("control.onnx"));

    try (TextGenerator generator =
        TextGenerator.builder(student, tokenizer)
            .specialTokens("[CLS]", "[SEP]")
            .sampling(new TokenSampling().temperature(0.8).topP(0.9).seed(seed))
            .open()) {
      for (String beginning : List.of("why was my", "how do i", "can i")) {
        System.out.println("a text: " + generator.generate(beginning).text());
      }
    }
  }

  /** Questions of a table and posts of a file of words. */
  private static List<String> texts(String questions, String posts) throws IOException {
    List<String> texts = new ArrayList<>();
    try (var rows = CsvReader.builder().ofNamedCsvRecord(DATA.resolve(questions))) {
      rows.stream().map(row -> oneLine(row.getField("text"))).limit(most()).forEach(texts::add);
    }
    StringBuilder post = new StringBuilder();
    int end = texts.size() + most();
    for (String line : Files.readAllLines(DATA.resolve(posts))) {
      String word = line.split("\t", 2)[0].strip();
      if (!word.isEmpty()) {
        post.append(word).append(' ');
      } else if (post.length() > 0 && texts.size() < end) {
        texts.add(post.toString());
        post.setLength(0);
      }
    }
    return texts;
  }

  private static int most() {
    return quick ? FEW_TEXTS : Integer.MAX_VALUE / 2;
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }

  private static PlainTextDataSource source(Path texts) {
    return PlainTextDataSource.builder(texts, tokenizer).specialTokens("[CLS]", "[SEP]").read();
  }

  private static DistillationTrainer.Builder<GeneratedTokens> settings(int epochs, float rate) {
    return DistillationTrainer.<GeneratedTokens>builder()
        .epochs(quick ? 2 : epochs)
        .batching(new Batching().batchSize(32))
        .trainingGraph(new TrainingGraphOptions().dropout(0.1f))
        .optimizer(new AdamWOptimizer().learningRate(rate))
        .seed(seed);
  }

  private static void train(
      String name,
      DistillationTrainer<GeneratedTokens> trainer,
      PlainTextDataSource train,
      PlainTextDataSource test,
      Path file)
      throws Exception {
    long start = System.nanoTime();
    try (DistilledModel<GeneratedTokens> model = trainer.train(new MutableDataset<>(train))) {
      var evaluation = new PerplexityEvaluator().evaluate(model, new MutableDataset<>(test));
      System.out.printf(
          Locale.ROOT,
          "%s: perplexity %.2f of %d tokens, accuracy %.3f; %d kB, %d s%n",
          name,
          evaluation.perplexity(),
          evaluation.tokens(),
          evaluation.accuracy(),
          model.bytesOfWeights() / 1000,
          (System.nanoTime() - start) / 1_000_000_000);
      model.exportOnnx(file);
    }
  }
}
