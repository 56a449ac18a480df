import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.input.text.ConllDataSource;
import org.tribuo.distill.input.text.WordTokenizer;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.sequence.DistilledSequenceModel;
import org.tribuo.distill.sequence.EntityEvaluator;
import org.tribuo.distill.sequence.SequenceDistillationTrainer;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.sequence.MutableSequenceDataset;
import org.tribuo.sequence.SequenceExample;

/**
 * Finds names of people, places, products and more in WNUT17's posts: fine-tunes an encoder to tag
 * words, distils the tagger into two of its layers, and trains two layers of the encoder on the
 * labels alone. The student learns from the training posts, and from the development posts without
 * their labels. Prints the entity F1 of all three on the test posts, exact span and type. The
 * encoder and its tokenizer are those that the main job has unpacked.
 *
 * <p>Arguments: {@code --quick} takes some of the posts and fewer epochs, which shows in minutes
 * that everything works, not how good it is; {@code --training-posts} leaves the development posts
 * out; {@code texts=FILE} names a file with a text a line, cut by tabs, and another student learns
 * from these texts too; a number is the seed.
 */
public class TagWords {
  /** Products are those of bfloat16 where the processor has them, which is faster; else float32. */
  private static final Device DEVICE = Device.cpu().withPrecision(Precision.BFLOAT16_PRODUCTS);

  private static final Path DATA = Path.of("examples/data/wnut17");
  private static final Path UNPACKED = Path.of("target/banking77");

  private static final int FEW_POSTS = 500;
  private static final LabelFactory FACTORY = new LabelFactory();

  private static final Pattern WORD = Pattern.compile("\\w+|[^\\w\\s]");
  private static final int MOST_TEXTS = 3_000;

  private static boolean quick;
  private static boolean trainingPosts;
  private static Path texts;
  private static long seed;

  public static void main(String[] args) throws Exception {
    for (String arg : args) {
      if (arg.equals("--quick")) {
        quick = true;
      } else if (arg.equals("--training-posts")) {
        trainingPosts = true;
      } else if (arg.startsWith("texts=")) {
        texts = Path.of(arg.substring("texts=".length()));
      } else {
        seed = Long.parseLong(arg);
      }
    }
    var train = posts(source("wnut17train.conll"));

    Path encoder = UNPACKED.resolve("pretrained/all-minilm-l6-v2.onnx");
    Path teacher = UNPACKED.resolve("my-tagger.onnx");
    var fineTuning = settings(8, 1e-4f).student(EncoderStudent.of(encoder, Pooling.MEAN)).build();
    train("teacher", fineTuning, train, teacher);

    var distillation =
        settings(12, 4e-4f)
            .student(PrunedStudent.keeping(2, OnnxStudent.of(teacher)))
            .teacher(OnnxTeacher.of(teacher))
            .objective(new DistillationObjective().alpha(0.9f).temperature(2))
            .build();
    var more =
        new MutableSequenceDataset<>(
            new SimpleDataSourceProvenance("posts of WNUT17, some without labels", FACTORY),
            FACTORY);
    train.forEach(more::add);
    if (!trainingPosts) {
      posts(source("emerging.dev.conll").withoutLabels()).forEach(more::add);
    }
    train("student", distillation, more, UNPACKED.resolve("my-small-tagger.onnx"));
    if (texts != null) {
      addUnlabelled(more);
      train("with texts", distillation, more, UNPACKED.resolve("my-small-tagger-of-texts.onnx"));
    }

    var control =
        settings(12, 4e-4f)
            .student(PrunedStudent.keeping(2, EncoderStudent.of(encoder, Pooling.MEAN)))
            .build();
    train("control", control, train, UNPACKED.resolve("my-control.onnx"));
  }

  private static DistillationTrainer.Builder<TagSequence> settings(int epochs, float rate) {
    return DistillationTrainer.<TagSequence>builder()
        .device(DEVICE)
        .epochs(quick ? epochs / 4 : epochs)
        .optimizer(new AdamWOptimizer().learningRate(rate))
        .seed(seed);
  }

  private static void train(
      String name,
      DistillationTrainer<TagSequence> settings,
      MutableSequenceDataset<Label> posts,
      Path file)
      throws Exception {
    try (DistilledSequenceModel model = SequenceDistillationTrainer.of(settings).train(posts)) {
      var test = new EntityEvaluator().evaluate(model, posts(source("emerging.test.annotated")));
      System.out.printf(
          Locale.ROOT,
          "%s: entity F1 %.1f, precision %.1f, recall %.1f, token accuracy %.1f, %d MB%n",
          name,
          100 * test.entities().f1(),
          100 * test.entities().precision(),
          100 * test.entities().recall(),
          100 * test.tokenAccuracy(),
          model.bytesOfWeights() / 1_000_000);
      model.exportOnnx(file);
    }
  }

  private static ConllDataSource source(String file) {
    return ConllDataSource.of(DATA.resolve(file), UNPACKED.resolve("tokenizer.json"));
  }

  private static MutableSequenceDataset<Label> posts(ConllDataSource source) {
    var posts = new MutableSequenceDataset<>(source.getProvenance(), source.getOutputFactory());
    for (SequenceExample<Label> post : source) {
      if (!quick || posts.size() < FEW_POSTS) {
        posts.add(post);
      }
    }
    return posts;
  }

  private static void addUnlabelled(MutableSequenceDataset<Label> posts) throws IOException {
    try (var lines = Files.lines(texts);
        WordTokenizer tokenizer = WordTokenizer.open(UNPACKED.resolve("tokenizer.json"))) {
      for (String line : lines.limit(MOST_TEXTS).toList()) {
        List<String> words =
            WORD.matcher(line.split("\t")[0]).results().map(MatchResult::group).toList();
        if (!words.isEmpty()) {
          posts.add(
              tokenizer.encode(
                  words, Collections.nCopies(words.size(), LabelFactory.UNKNOWN_LABEL)));
        }
      }
    }
  }
}
