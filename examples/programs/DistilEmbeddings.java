import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.embedding.TextEmbedder;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.loss.CosineDistance;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.PairwiseCosines;
import org.tribuo.distill.loss.WeightedLosses;
import org.tribuo.distill.report.Correlations;
import org.tribuo.distill.student.EmbeddingStudent;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.teacher.EmbeddingTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/**
 * Distils an encoder of texts into some of its layers, on the sentences of SICK without their
 * scores, and prints how well cosines rank the test pairs: Spearman's correlation with the scores
 * that people gave, of the teacher, of the layers before they are trained, and of the student.
 * Arguments: a folder with {@code SICK_train.txt}, {@code SICK_trial.txt} and {@code
 * SICK_test_annotated.txt}; the teacher's ONNX file and its tokenizer.json; and how many layers
 * stay. A number after them is the seed, and {@code --quick} takes a fifth of the sentences and one
 * epoch, which shows that everything works.
 */
public class DistilEmbeddings {
  /** Products are those of bfloat16 where the processor has them, which is faster; else float32. */
  private static final Device DEVICE = Device.cpu().withPrecision(Precision.BFLOAT16_PRODUCTS);

  /** That of the teacher, bge-small-en-v1.5. */
  private static final Pooling POOLING = Pooling.FIRST_TOKEN;

  private static final int MAX_LENGTH = 64;

  private record Pair(String first, String second, double score) {}

  public static void main(String[] args) throws Exception {
    Path data = Path.of(args[0]);
    Path encoder = Path.of(args[1]);
    Path tokenizer = Path.of(args[2]);
    int layers = Integer.parseInt(args[3]);
    boolean quick = false;
    long seed = 0;
    for (String arg : List.of(args).subList(4, args.length)) {
      if (arg.equals("--quick")) {
        quick = true;
      } else {
        seed = Long.parseLong(arg);
      }
    }
    Path results = Files.createDirectories(Path.of("target/embeddings"));

    List<Pair> training = pairs(data.resolve("SICK_train.txt"), quick);
    training.addAll(pairs(data.resolve("SICK_trial.txt"), quick));

    // No scores here: the teacher's vectors are all that is learnt.
    var outputs = new RegressionFactory();
    var texts =
        new MutableDataset<Regressor>(
            new SimpleDataSourceProvenance("sentences of SICK", outputs), outputs);
    try (TextTokenizer tokens = TextTokenizer.open(tokenizer, MAX_LENGTH)) {
      for (var text : tokens.encodeAll(List.copyOf(sentences(training)))) {
        texts.add(text.toExample(outputs.getUnknownOutput()));
      }
    }

    var student =
        EmbeddingStudent.of(
            PrunedStudent.keeping(layers, EncoderStudent.of(encoder, POOLING)), POOLING);
    DistillationTrainer<Regressor> trainer =
        DistillationTrainer.<Regressor>builder()
            .student(student)
            .teacher(EmbeddingTeacher.of(encoder, POOLING))
            .objective(
                new DistillationObjective()
                    .softLoss(
                        new WeightedLosses(
                            List.of(new CosineDistance(), new PairwiseCosines()), 1, 1)))
            .optimizer(new AdamWOptimizer().learningRate(5e-4f))
            .epochs(quick ? 1 : 10)
            .device(DEVICE)
            .seed(seed)
            .build();
    Path untrained = results.resolve("untrained-%d.onnx".formatted(layers));
    student.exportOnnx(untrained);
    Path trained = results.resolve("student-%d.onnx".formatted(layers));
    try (DistilledModel<Regressor> model = trainer.train(texts)) {
      model.exportOnnx(trained);
    }

    List<Pair> test = pairs(data.resolve("SICK_test_annotated.txt"), quick);
    double ofTeacher;
    try (var teacher = TextEmbedder.of(encoder, tokenizer, POOLING)) {
      ofTeacher = spearman(teacher, test);
    }
    print("teacher", ofTeacher, ofTeacher);
    try (var before = TextEmbedder.of(untrained, tokenizer)) {
      print("untrained", spearman(before, test), ofTeacher);
    }
    try (var after = TextEmbedder.of(trained, tokenizer)) {
      print("student", spearman(after, test), ofTeacher);
    }
  }

  private static void print(String name, double correlation, double ofTeacher) {
    System.out.printf(
        Locale.ROOT,
        "%s: Spearman %.2f, %.1f %% of the teacher's%n",
        name,
        100 * correlation,
        100 * correlation / ofTeacher);
  }

  private static List<Pair> pairs(Path file, boolean few) throws Exception {
    List<String> lines = Files.readAllLines(file);
    List<Pair> pairs = new ArrayList<>();
    for (int i = 1; i < lines.size(); i += few ? 5 : 1) {
      String[] cells = lines.get(i).split("\t");
      pairs.add(new Pair(cells[1], cells[2], Double.parseDouble(cells[3])));
    }
    return pairs;
  }

  private static Set<String> sentences(List<Pair> pairs) {
    Set<String> sentences = new LinkedHashSet<>();
    pairs.forEach(pair -> sentences.addAll(List.of(pair.first(), pair.second())));
    return sentences;
  }

  private static double spearman(TextEmbedder embedder, List<Pair> pairs) {
    List<String> sentences = List.copyOf(sentences(pairs));
    List<float[]> embedded = embedder.embed(sentences);
    Map<String, float[]> vectors = new HashMap<>();
    for (int i = 0; i < sentences.size(); i++) {
      vectors.put(sentences.get(i), embedded.get(i));
    }
    double[] cosines = new double[pairs.size()];
    for (int i = 0; i < cosines.length; i++) {
      float[] a = vectors.get(pairs.get(i).first());
      float[] b = vectors.get(pairs.get(i).second());
      // The vectors are of unit length.
      cosines[i] = IntStream.range(0, a.length).mapToDouble(j -> a[j] * b[j]).sum();
    }
    return Correlations.spearman(cosines, pairs.stream().mapToDouble(Pair::score).toArray());
  }
}
