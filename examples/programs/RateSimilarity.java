import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.report.Correlations;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/**
 * Rates how alike two sentences of SICK are, with both in one input (a cross-encoder): fine-tunes
 * an encoder, distils it into some of its layers, and trains as many of the encoder on the scores
 * alone. Prints Pearson's and Spearman's correlation with the scores that people gave to the test
 * pairs. Arguments: a folder with {@code SICK_train.txt}, {@code SICK_trial.txt} and {@code
 * SICK_test_annotated.txt}; the encoder's ONNX file and its tokenizer.json; how many layers stay;
 * and maybe {@code --quick}, for a fifth of the pairs and one epoch, or the seed.
 */
public class RateSimilarity {
  /** Products are those of bfloat16 where the processor has them, which is faster; else float32. */
  private static final Device DEVICE = Device.cpu().withPrecision(Precision.BFLOAT16_PRODUCTS);

  private static final int MAX_LENGTH = 96;
  private static final RegressionFactory FACTORY = new RegressionFactory();

  private static Path data;
  private static Path tokenizer;
  private static boolean quick;
  private static long seed;

  private record Pair(String first, String second, double score) {}

  public static void main(String[] args) throws Exception {
    data = Path.of(args[0]);
    Path encoder = Path.of(args[1]);
    tokenizer = Path.of(args[2]);
    int layers = Integer.parseInt(args[3]);
    quick = args.length > 4 && args[4].equals("--quick");
    seed = args.length > 4 && !quick ? Long.parseLong(args[4]) : 0;
    Path results = Files.createDirectories(Path.of("target/similarity"));
    List<Pair> rated = pairs("SICK_train.txt", "SICK_trial.txt");
    List<Pair> more = new ArrayList<>(rated);
    addUnrated(more);

    Path teacher = results.resolve("teacher.onnx");
    var fineTuning =
        settings(4, 5e-5f).student(EncoderStudent.of(encoder, Pooling.FIRST_TOKEN)).build();
    train("teacher", fineTuning, rated, teacher);

    // Layers that have lost those between them first learn to make what the teacher's layers make.
    var scores = new DistillationObjective().alpha(0.9f);
    var states =
        scores.featureTerms(new FeatureTerm("states", new HiddenStateMse(LayerMap.uniform())));
    var distillation =
        settings(4, 2e-4f)
            .student(PrunedStudent.keeping(layers, OnnxStudent.of(teacher)))
            .teacher(OnnxTeacher.of(teacher))
            .objective(scores)
            .stages(
                TrainingStage.of("states", quick ? 1 : 3).objective(states).learningRate(5e-4f),
                TrainingStage.of("scores", quick ? 1 : 4))
            .build();
    train("student", distillation, more, results.resolve("student.onnx"));

    var control =
        settings(8, 2e-4f)
            .student(PrunedStudent.keeping(layers, EncoderStudent.of(encoder, Pooling.FIRST_TOKEN)))
            .build();
    train("control", control, rated, results.resolve("control.onnx"));
  }

  private static DistillationTrainer.Builder<Regressor> settings(int epochs, float rate) {
    return DistillationTrainer.<Regressor>builder()
        .device(DEVICE)
        .epochs(quick ? 1 : epochs)
        .optimizer(new AdamWOptimizer().learningRate(rate))
        .seed(seed);
  }

  private static void train(
      String name, DistillationTrainer<Regressor> trainer, List<Pair> training, Path file)
      throws Exception {
    try (DistilledModel<Regressor> model = trainer.train(dataset(training))) {
      var test = model.predict(dataset(pairs("SICK_test_annotated.txt")));
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

  private static List<Pair> pairs(String... files) throws Exception {
    List<Pair> pairs = new ArrayList<>();
    for (String file : files) {
      List<String> lines = Files.readAllLines(data.resolve(file));
      for (int i = 1; i < lines.size(); i += quick ? 5 : 1) {
        String[] cells = lines.get(i).split("\t");
        pairs.add(new Pair(cells[1], cells[2], Double.parseDouble(cells[3])));
      }
    }
    return pairs;
  }

  /** Pairs of sentences of neighbouring pairs, which are often about the same. */
  private static void addUnrated(List<Pair> pairs) {
    int rated = pairs.size();
    for (int distance = 1; distance <= 3; distance++) {
      for (int i = distance; i < rated; i++) {
        String first = pairs.get(i - distance).first();
        String second = pairs.get(i).second();
        if (!first.equals(second)) {
          pairs.add(new Pair(first, second, Double.NaN));
        }
      }
    }
  }

  private static MutableDataset<Regressor> dataset(List<Pair> pairs) throws Exception {
    var dataset =
        new MutableDataset<>(new SimpleDataSourceProvenance("pairs of SICK", FACTORY), FACTORY);
    try (var open = TextTokenizer.open(tokenizer, MAX_LENGTH)) {
      var tokens =
          open.encodeAll(
              pairs.stream().map(Pair::first).toList(), pairs.stream().map(Pair::second).toList());
      for (int i = 0; i < pairs.size(); i++) {
        double score = pairs.get(i).score();
        Regressor output =
            Double.isNaN(score) ? FACTORY.getUnknownOutput() : new Regressor("relatedness", score);
        dataset.add(tokens.get(i).toExample(output));
      }
    }
    return dataset;
  }
}
