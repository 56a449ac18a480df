import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.recommendation.ItemRanker;
import org.tribuo.distill.recommendation.NextItem;
import org.tribuo.distill.recommendation.RankingEvaluator;
import org.tribuo.distill.recommendation.RatingDataSource;
import org.tribuo.distill.recommendation.RatingDataSource.Part;
import org.tribuo.distill.student.ScratchItemStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;

/**
 * Recommends what users go on with: trains a Transformer on the histories of a table of ratings,
 * distils it into a smaller one, and trains the smaller one on the histories alone. Prints HR@10
 * and NDCG@10 of all three, where of each user's items the last is looked for among all items, and
 * what the student recommends to the first user.
 *
 * <p>Arguments: the table, or a folder with one that is named {@code u.data} or ends in {@code
 * .inter}, {@code .tsv} or {@code .csv}; {@code --quick} trains few epochs, which shows that all
 * runs, not how good it is; {@code --validation} looks for the last item but one, as is done to
 * choose settings; a number is the seed of the trainings.
 */
public class RecommendItems {
  private static final List<String> MOVIELENS = List.of("user", "item", "rating", "timestamp");
  private static final Path RESULTS = Path.of("target/recommendation");

  private static boolean quick;
  private static long seed;
  private static Part part = Part.TEST;
  private static Path table = Path.of("u.data");

  public static void main(String[] args) throws Exception {
    for (String arg : args) {
      if (arg.equals("--quick")) {
        quick = true;
      } else if (arg.equals("--validation")) {
        part = Part.VALIDATION;
      } else if (arg.matches("[0-9]+")) {
        seed = Long.parseLong(arg);
      } else {
        table = table(Path.of(arg));
      }
    }
    RatingDataSource train = ratings();
    RatingDataSource test = train.withPart(part);
    Files.createDirectories(RESULTS);

    Path teacher = RESULTS.resolve("teacher.onnx");
    var ofTeacher = settings(20, 0.4f).student(ScratchItemStudent.of(2, 128, 2)).build();
    train("teacher", ofTeacher, train, test, teacher);

    var distillation =
        settings(30, 0.2f)
            .student(ScratchItemStudent.of(1, 32, 2))
            .teacher(OnnxTeacher.of(teacher))
            .objective(new DistillationObjective().alpha(0.7f).temperature(1))
            .build();
    Path student = RESULTS.resolve("student.onnx");
    train("student", distillation, train, test, student);

    var control = settings(30, 0.2f).student(ScratchItemStudent.of(1, 32, 2)).build();
    train("control", control, train, test, RESULTS.resolve("control.onnx"));
  }

  private static Path table(Path stated) throws Exception {
    if (!Files.isDirectory(stated)) {
      return stated;
    }
    try (var files = Files.list(stated)) {
      return files
          .filter(file -> file.getFileName().toString().matches("u\\.data|.*\\.(inter|tsv|csv)"))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("There is no table in " + stated));
    }
  }

  /** MovieLens' own file has no row of names, RecBole's has types in it. */
  private static RatingDataSource ratings() throws Exception {
    if (table.endsWith("u.data")) {
      return RatingDataSource.of(table, MOVIELENS);
    }
    try (var lines = Files.lines(table)) {
      return lines.findFirst().orElse("").startsWith("user_id:token")
          ? RatingDataSource.of(table, "user_id:token", "item_id:token", "timestamp:float")
          : RatingDataSource.of(table);
    }
  }

  private static DistillationTrainer.Builder<NextItem> settings(int epochs, float dropout) {
    return DistillationTrainer.<NextItem>builder()
        .epochs(quick ? 2 : epochs)
        .batching(new Batching().batchSize(16))
        .trainingGraph(new TrainingGraphOptions().dropout(dropout))
        .optimizer(new AdamWOptimizer().learningRate(3e-3f))
        .seed(seed);
  }

  private static void train(
      String name,
      DistillationTrainer<NextItem> trainer,
      RatingDataSource train,
      RatingDataSource test,
      Path file)
      throws Exception {
    long start = System.nanoTime();
    try (DistilledModel<NextItem> model = trainer.train(new MutableDataset<>(train))) {
      var evaluation = new RankingEvaluator().evaluate(model, new MutableDataset<>(test));
      System.out.printf(
          Locale.ROOT,
          "%s: HR@10 %.4f, NDCG@10 %.4f; %d kB, %d s%n",
          name,
          evaluation.hitRate(),
          evaluation.ndcg(),
          model.bytesOfWeights() / 1000,
          (System.nanoTime() - start) / 1_000_000_000);
      model.exportOnnx(file);
      if (name.equals("student")) {
        List<String> history = test.histories().values().iterator().next();
        List<NextItem> ranked = ItemRanker.of(model).rank(history, 5);
        System.out.println(
            "the first user may like: "
                + ranked.stream().map(NextItem::item).collect(Collectors.joining(", ")));
      }
    }
  }
}
