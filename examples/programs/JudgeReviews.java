import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.input.text.TextAugmentation;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * Judges whether sentences of film reviews are for or against: fine-tunes an encoder, distils it
 * into some of its layers, and trains as many of the encoder's layers on the labels alone. The
 * student also learns from an altered copy of each sentence, which has no label. Prints the
 * accuracy of all three on the test sentences.
 *
 * <p>Arguments: a folder with {@code train.tsv} and {@code test.tsv}, a sentence and its label a
 * line, with a tab between; the encoder's ONNX file and its tokenizer.json; how many layers stay;
 * and maybe {@code --quick}, for a tenth of the sentences and one epoch, and the seed.
 */
public class JudgeReviews {
  /** Products are those of bfloat16 where the processor has them, which is faster; else float32. */
  private static final Device DEVICE = Device.cpu().withPrecision(Precision.BFLOAT16_PRODUCTS);

  /** That of bge-small-en-v1.5. */
  private static final Pooling POOLING = Pooling.FIRST_TOKEN;

  private static final int MAX_LENGTH = 64;
  private static final LabelFactory FACTORY = new LabelFactory();

  private static Path data;
  private static Path tokenizer;
  private static boolean quick;
  private static long seed;

  private record Sentence(String text, @Nullable String label) {}

  public static void main(String[] args) throws Exception {
    data = Path.of(args[0]);
    Path encoder = Path.of(args[1]);
    tokenizer = Path.of(args[2]);
    int layers = Integer.parseInt(args[3]);
    for (String arg : Arrays.asList(args).subList(4, args.length)) {
      if (arg.equals("--quick")) {
        quick = true;
      } else {
        seed = Long.parseLong(arg);
      }
    }
    Path results = Files.createDirectories(Path.of("target/reviews"));
    List<Sentence> labelled = sentences("train.tsv");
    List<Sentence> more = new ArrayList<>(labelled);
    TextAugmentation.copies(1)
        .pieces(0.5)
        .seed(seed)
        .ofTexts(labelled.stream().map(Sentence::text).toList())
        .forEach(copy -> more.add(new Sentence(copy, null)));

    Path teacher = results.resolve("teacher.onnx");
    var fineTuning = settings(3, 5e-5f).student(EncoderStudent.of(encoder, POOLING)).build();
    train("teacher", fineTuning, labelled, teacher);

    // Layers that have lost those between them first learn to make what the teacher's layers make.
    var scores = new DistillationObjective().alpha(0.9f).temperature(2);
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
        settings(6, 2e-4f)
            .student(PrunedStudent.keeping(layers, EncoderStudent.of(encoder, POOLING)))
            .build();
    train("control", control, labelled, results.resolve("control.onnx"));
  }

  private static DistillationTrainer.Builder<Label> settings(int epochs, float rate) {
    return DistillationTrainer.<Label>builder()
        .device(DEVICE)
        .epochs(quick ? 1 : epochs)
        .optimizer(new AdamWOptimizer().learningRate(rate))
        .seed(seed);
  }

  private static void train(
      String name, DistillationTrainer<Label> trainer, List<Sentence> training, Path file)
      throws Exception {
    try (DistilledModel<Label> model = trainer.train(dataset(training))) {
      var test = new LabelEvaluator().evaluate(model, dataset(sentences("test.tsv")));
      System.out.printf(
          Locale.ROOT,
          "%s: accuracy %.1f %%, %d MB%n",
          name,
          100 * test.accuracy(),
          model.bytesOfWeights() / 1_000_000);
      model.exportOnnx(file);
    }
  }

  private static List<Sentence> sentences(String file) throws Exception {
    List<Sentence> sentences = new ArrayList<>();
    List<String> lines = Files.readAllLines(data.resolve(file));
    for (int i = 0; i < lines.size(); i += quick ? 10 : 1) {
      String[] cells = lines.get(i).split("\t");
      sentences.add(new Sentence(cells[0], cells[1]));
    }
    return sentences;
  }

  private static MutableDataset<Label> dataset(List<Sentence> sentences) throws Exception {
    var dataset =
        new MutableDataset<>(new SimpleDataSourceProvenance("film reviews", FACTORY), FACTORY);
    try (var open = TextTokenizer.open(tokenizer, MAX_LENGTH)) {
      var tokens = open.encodeAll(sentences.stream().map(Sentence::text).toList());
      for (int i = 0; i < sentences.size(); i++) {
        String label = sentences.get(i).label();
        Label output = label == null ? LabelFactory.UNKNOWN_LABEL : new Label(label);
        dataset.add(tokens.get(i).toExample(output));
      }
    }
    return dataset;
  }
}
