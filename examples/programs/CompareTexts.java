import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.report.Correlations;
import org.tribuo.distill.student.BiEncoderStudent;
import org.tribuo.distill.student.EmbeddingStudent;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.BiEncoderTeacher;
import org.tribuo.distill.teacher.EmbeddingTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/**
 * Trains encoders of texts on the pairs of SICK and their scores, so that the cosine of two vectors
 * is how alike the sentences are (a bi-encoder): fine-tunes an encoder, distils it into some of the
 * encoder's layers, and trains as many on the scores alone. Prints Pearson's and Spearman's
 * correlation with the scores that people gave to the test pairs. Arguments: a folder with {@code
 * SICK_train.txt}, {@code SICK_trial.txt} and {@code SICK_test_annotated.txt}; the encoder's ONNX
 * file and its tokenizer.json; how many layers stay; and maybe {@code --quick}, for a fifth of the
 * pairs and one epoch, or the seed.
 */
public class CompareTexts {
  /** That of bge-small-en-v1.5. */
  private static final Pooling POOLING = Pooling.FIRST_TOKEN;

  private static final int MAX_LENGTH = 64;
  private static final RegressionFactory FACTORY = new RegressionFactory();

  private static Path data;
  private static Path tokenizer;
  private static boolean quick;
  private static long seed;

  public static void main(String[] args) throws Exception {
    data = Path.of(args[0]);
    Path encoder = Path.of(args[1]);
    tokenizer = Path.of(args[2]);
    int layers = Integer.parseInt(args[3]);
    quick = args.length > 4 && args[4].equals("--quick");
    seed = args.length > 4 && !quick ? Long.parseLong(args[4]) : 0;
    Path results = Files.createDirectories(Path.of("target/pairs"));
    var training = pairs("SICK_train.txt", "SICK_trial.txt");

    StudentSource whole = EncoderStudent.of(encoder, POOLING);
    Path teacher = results.resolve("teacher.onnx");
    train("teacher", settings(whole, 3, 3e-5f).build(), training, teacher);

    StudentSource some = PrunedStudent.keeping(layers, whole);
    var distillation =
        settings(some, 8, 2e-4f)
            .teacher(BiEncoderTeacher.of(EmbeddingTeacher.of(teacher)).dimension("relatedness"))
            .objective(new DistillationObjective().alpha(0.9f))
            .build();
    train("student", distillation, training, results.resolve("student.onnx"));
    train("control", settings(some, 8, 2e-4f).build(), training, results.resolve("control.onnx"));
  }

  private static DistillationTrainer.Builder<Regressor> settings(
      StudentSource encoder, int epochs, float rate) {
    return DistillationTrainer.<Regressor>builder()
        .student(BiEncoderStudent.of(EmbeddingStudent.of(encoder, POOLING)))
        .epochs(quick ? 1 : epochs)
        .optimizer(new AdamWOptimizer().learningRate(rate))
        .seed(seed);
  }

  private static void train(
      String name,
      DistillationTrainer<Regressor> trainer,
      MutableDataset<Regressor> training,
      Path file)
      throws Exception {
    try (DistilledModel<Regressor> model = trainer.train(training)) {
      var test = model.predict(pairs("SICK_test_annotated.txt"));
      double[] predicted = test.stream().mapToDouble(each -> value(each.getOutput())).toArray();
      double[] actual =
          test.stream().mapToDouble(each -> value(each.getExample().getOutput())).toArray();
      System.out.printf(
          Locale.ROOT,
          "%s: Pearson %.2f, Spearman %.2f, %d MB%n",
          name,
          100 * Correlations.pearson(predicted, actual),
          100 * Correlations.spearman(predicted, actual),
          model.bytesOfWeights() / 1_000_000);
      model.exportOnnx(file);
    }
  }

  private static double value(Regressor output) {
    return output.getValues()[0];
  }

  /** The scores of people are from 1 to 5, those that are learnt from 0 to 1. */
  private static MutableDataset<Regressor> pairs(String... files) throws Exception {
    List<String> firsts = new ArrayList<>();
    List<String> seconds = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    for (String file : files) {
      List<String> lines = Files.readAllLines(data.resolve(file));
      for (int i = 1; i < lines.size(); i += quick ? 5 : 1) {
        String[] cells = lines.get(i).split("\t");
        firsts.add(cells[1]);
        seconds.add(cells[2]);
        scores.add((Double.parseDouble(cells[3]) - 1) / 4);
      }
    }
    var dataset =
        new MutableDataset<>(new SimpleDataSourceProvenance("pairs of SICK", FACTORY), FACTORY);
    try (var open = TextTokenizer.open(tokenizer, MAX_LENGTH)) {
      var first = open.encodeAll(firsts);
      var second = open.encodeAll(seconds);
      for (int i = 0; i < scores.size(); i++) {
        Regressor score = new Regressor("relatedness", scores.get(i));
        dataset.add(first.get(i).toExample(second.get(i), score));
      }
    }
    return dataset;
  }
}
