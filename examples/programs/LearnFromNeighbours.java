import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.common.nearest.KNNModel;
import org.tribuo.common.nearest.KNNTrainer;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.PerceptronStudent;
import org.tribuo.distill.teacher.TribuoTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.distance.L2Distance;
import org.tribuo.math.neighbour.NeighboursQueryFactoryType;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * Teaches a small network what the nearest neighbours say: Tribuo's k-nearest-neighbour model of
 * the few digits that keep their label teaches a network of two hidden layers on all training
 * digits, and the same network is trained on the labels alone. Prints the test accuracy of all
 * three. Arguments: the seed, and how many digits keep their label.
 */
public class LearnFromNeighbours {
  private static final Path DATA = Path.of("examples/data/digits/digits.csv.gz");
  private static final Path RESULTS = Path.of("target/digits");
  private static final int TRAINING = 898;

  private static final String[] PIXELS =
      IntStream.range(0, 64).mapToObj("pixel-%02d"::formatted).toArray(String[]::new);

  public static void main(String[] args) throws Exception {
    long seed = args.length > 0 ? Long.parseLong(args[0]) : 0;
    int labels = args.length > 1 ? Integer.parseInt(args[1]) : 100;
    Path neighbours = Files.createDirectories(RESULTS).resolve("neighbours.tribuo");
    var labelled = digits(0, labels);
    var test = digits(TRAINING, Integer.MAX_VALUE);

    Model<Label> nearest =
        new KNNTrainer<>(
                1,
                new L2Distance(),
                1,
                new VotingCombiner(),
                KNNModel.Backend.STREAMS,
                NeighboursQueryFactoryType.BRUTE_FORCE)
            .train(labelled);
    nearest.serializeToFile(neighbours);
    print("teacher", nearest, test);

    var all = new MutableDataset<>(labelled.getProvenance(), new LabelFactory());
    all.addAll(labelled.getData());
    for (Example<Label> digit : digits(labels, TRAINING)) {
      all.add(new ArrayExample<>(LabelFactory.UNKNOWN_LABEL, digit, 1));
    }
    var distillation = settings(30, seed).teacher(TribuoTeacher.of(neighbours)).build();
    try (DistilledModel<Label> student = distillation.train(all)) {
      print("student", student, test);
      student.exportOnnx(RESULTS.resolve("student.onnx"));
    }
    try (DistilledModel<Label> control = settings(100, seed).build().train(labelled)) {
      print("control", control, test);
    }
  }

  private static DistillationTrainer.Builder<Label> settings(int epochs, long seed) {
    return DistillationTrainer.<Label>builder()
        .student(PerceptronStudent.of(PIXELS.length, 32))
        .objective(new DistillationObjective().alpha(0.9f).temperature(2))
        .optimizer(new AdamWOptimizer().learningRate(1e-2f))
        .batching(new Batching().batchSize(32))
        .epochs(epochs)
        .seed(seed);
  }

  private static void print(String name, Model<Label> model, Dataset<Label> test) {
    double accuracy = new LabelEvaluator().evaluate(model, test).accuracy();
    System.out.printf(Locale.ROOT, "%s: %.1f %%%n", name, 100 * accuracy);
  }

  /** Some rows, with pixels from 0 to 1. */
  private static MutableDataset<Label> digits(int from, int to) throws Exception {
    var factory = new LabelFactory();
    var digits = new MutableDataset<>(new SimpleDataSourceProvenance("digits", factory), factory);
    try (var in = new GZIPInputStream(Files.newInputStream(DATA));
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line : lines.lines().limit(to).skip(from).toList()) {
        String[] cells = line.split(",");
        double[] pixels =
            Stream.of(cells).limit(64).mapToDouble(cell -> Double.parseDouble(cell) / 16).toArray();
        digits.add(new ArrayExample<>(new Label(cells[64]), PIXELS, pixels));
      }
    }
    return digits;
  }
}
