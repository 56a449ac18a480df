import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * Finds the emotions in GoEmotions' comments, several in some: fine-tunes an encoder, distils it
 * into two of its layers, and trains two layers of the encoder on the labels alone. Prints micro
 * and macro F1 of all three on the test comments, of labels with a probability of at least 0.3. The
 * encoder and its tokenizer are those that the main job has unpacked. Arguments: a folder with
 * {@code train.tsv}, {@code test.tsv} and {@code labels.txt}; maybe {@code --quick}, for 1,000 of
 * the comments and one epoch, or {@code most=NUMBER}, for the first ones alone; and maybe the seed.
 */
public class LabelEmotions {
  /** Products are those of bfloat16 where the processor has them, which is faster; else float32. */
  private static final Device DEVICE = Device.cpu().withPrecision(Precision.BFLOAT16_PRODUCTS);

  private static final Path UNPACKED = Path.of("target/banking77");
  private static final int MAX_LENGTH = 64;
  private static final double THRESHOLD = 0.3;
  private static final int FEW_COMMENTS = 1_000;
  private static final MultiLabelFactory FACTORY = new MultiLabelFactory();

  private static Path data;
  private static List<String> labels;
  private static boolean quick;
  private static int most = Integer.MAX_VALUE;
  private static long seed;

  public static void main(String[] args) throws Exception {
    data = Path.of(args[0]);
    for (String arg : Arrays.asList(args).subList(1, args.length)) {
      if (arg.equals("--quick")) {
        quick = true;
        most = FEW_COMMENTS;
      } else if (arg.startsWith("most=")) {
        most = Integer.parseInt(arg.substring("most=".length()));
      } else {
        seed = Long.parseLong(arg);
      }
    }
    labels = Files.readAllLines(data.resolve("labels.txt"));
    var training = comments("train.tsv", most);

    Path encoder = UNPACKED.resolve("pretrained/all-minilm-l6-v2.onnx");
    Path teacher = UNPACKED.resolve("my-emotions.onnx");
    var fineTuning = settings(3, 1e-4f).student(EncoderStudent.of(encoder, Pooling.MEAN)).build();
    train("teacher", fineTuning, training, teacher);

    var distillation =
        settings(4, 2e-4f)
            .student(PrunedStudent.keeping(2, OnnxStudent.of(teacher)))
            .teacher(OnnxTeacher.of(teacher))
            .objective(new DistillationObjective().alpha(0.9f).temperature(2))
            .build();
    train("student", distillation, training, UNPACKED.resolve("my-small-emotions.onnx"));

    var control =
        settings(4, 2e-4f)
            .student(PrunedStudent.keeping(2, EncoderStudent.of(encoder, Pooling.MEAN)))
            .build();
    train("control", control, training, UNPACKED.resolve("my-control.onnx"));
  }

  private static DistillationTrainer.Builder<MultiLabel> settings(int epochs, float rate) {
    return DistillationTrainer.<MultiLabel>builder()
        .device(DEVICE)
        .epochs(quick ? 1 : epochs)
        .optimizer(new AdamWOptimizer().learningRate(rate))
        .seed(seed);
  }

  private static void train(
      String name,
      DistillationTrainer<MultiLabel> trainer,
      MutableDataset<MultiLabel> training,
      Path file)
      throws Exception {
    try (DistilledModel<MultiLabel> model = trainer.train(training)) {
      var test = comments("test.tsv", quick ? FEW_COMMENTS : Integer.MAX_VALUE);
      int[] found = new int[labels.size()];
      int[] wrong = new int[labels.size()];
      int[] missed = new int[labels.size()];
      for (var prediction : model.predict(test)) {
        Set<String> actual = prediction.getExample().getOutput().getNameSet();
        var scores = prediction.getOutputScores();
        for (int i = 0; i < labels.size(); i++) {
          String label = labels.get(i);
          boolean predicted =
              scores.containsKey(label)
                  && scores.get(label).getLabelScore(new Label(label)).orElse(0) >= THRESHOLD;
          found[i] += predicted && actual.contains(label) ? 1 : 0;
          wrong[i] += predicted && !actual.contains(label) ? 1 : 0;
          missed[i] += !predicted && actual.contains(label) ? 1 : 0;
        }
      }
      double macro = 0;
      for (int i = 0; i < labels.size(); i++) {
        macro += f1(found[i], wrong[i], missed[i]) / labels.size();
      }
      System.out.printf(
          Locale.ROOT,
          "%s: micro F1 %.1f, macro F1 %.1f, %d MB%n",
          name,
          100 * f1(sum(found), sum(wrong), sum(missed)),
          100 * macro,
          model.bytesOfWeights() / 1_000_000);
      model.exportOnnx(file);
    }
  }

  private static int sum(int[] counts) {
    return Arrays.stream(counts).sum();
  }

  private static double f1(int found, int wrong, int missed) {
    return found == 0 ? 0 : 2.0 * found / (2 * found + wrong + missed);
  }

  /** The first comments of a file; each line has a comment, numbers of labels, and a name. */
  private static MutableDataset<MultiLabel> comments(String file, int most) throws Exception {
    List<String[]> rows;
    try (var lines = Files.lines(data.resolve(file))) {
      rows = lines.limit(most).map(line -> line.split("\t")).toList();
    }
    var comments =
        new MutableDataset<>(
            new SimpleDataSourceProvenance(file + " of GoEmotions", FACTORY), FACTORY);
    try (var tokenizer = TextTokenizer.open(UNPACKED.resolve("tokenizer.json"), MAX_LENGTH)) {
      var tokens = tokenizer.encodeAll(rows.stream().map(row -> row[0]).toList());
      for (int i = 0; i < rows.size(); i++) {
        Set<Label> emotions =
            Arrays.stream(rows.get(i)[1].split(","))
                .map(number -> new Label(labels.get(Integer.parseInt(number))))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        comments.add(tokens.get(i).toExample(new MultiLabel(emotions)));
      }
    }
    return comments;
  }
}
