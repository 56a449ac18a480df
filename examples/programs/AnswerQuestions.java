import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.ConllDataSource;
import org.tribuo.distill.input.text.QuestionTokenizer;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.span.Span;
import org.tribuo.distill.span.SpanEvaluator;
import org.tribuo.distill.span.SpanFactory;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.task.token.Entities;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.sequence.SequenceExample;

/**
 * Answers questions about WNUT17's posts, such as "Which location is named?": fine-tunes an encoder
 * to find the first and the last token of an answer, distils it into two of its layers, and trains
 * two layers of the encoder on the answers alone. Prints exact match and F1 of all three on
 * questions about the test posts, half of which have no answer. The encoder and its tokenizer are
 * those that the main job has unpacked.
 *
 * <p>Each post has a question for each type of entity. Where the post names one, the answer is the
 * first of that type; as many of the other questions, drawn at random, have no answer. Of the rest
 * some are asked without an answer that is known, for the student that has a teacher.
 *
 * <p>Arguments: {@code --quick} takes some of the posts, which shows in minutes that everything
 * works, not how good it is; a number is the seed of the trainings.
 */
public class AnswerQuestions {
  /** Products are those of bfloat16 where the processor has them, which is faster; else float32. */
  private static final Device DEVICE = Device.cpu().withPrecision(Precision.BFLOAT16_PRODUCTS);

  private static final Path DATA = Path.of("examples/data/wnut17");
  private static final Path UNPACKED = Path.of("target/banking77");

  private static final Map<String, String> QUESTIONS = new LinkedHashMap<>();

  static {
    QUESTIONS.put("corporation", "Which company is named?");
    QUESTIONS.put("creative-work", "Which creative work is named?");
    QUESTIONS.put("group", "Which group is named?");
    QUESTIONS.put("location", "Which location is named?");
    QUESTIONS.put("person", "Which person is named?");
    QUESTIONS.put("product", "Which product is named?");
  }

  private static final int FEW_POSTS = 500;

  private static boolean quick;
  private static long seed;

  private record Asked(String question, String post, Span answer) {}

  public static void main(String[] args) throws Exception {
    for (String arg : args) {
      if (arg.equals("--quick")) {
        quick = true;
      } else {
        seed = Long.parseLong(arg);
      }
    }
    List<Asked> rest = new ArrayList<>();
    List<Asked> known = questions("wnut17train.conll", rest);
    List<Asked> test = questions("emerging.test.annotated", new ArrayList<>());
    List<Asked> all = new ArrayList<>(known);
    rest.subList(0, Math.min(rest.size(), known.size() / 2))
        .forEach(each -> all.add(new Asked(each.question(), each.post(), Span.unknown())));

    Path encoder = UNPACKED.resolve("pretrained/all-minilm-l6-v2.onnx");
    Path teacher = UNPACKED.resolve("my-answers.onnx");
    var fineTuning = settings(6, 1e-4f).student(EncoderStudent.of(encoder, Pooling.MEAN)).build();
    train("teacher", fineTuning, known, test, teacher);

    var distillation =
        settings(8, 3e-4f)
            .student(PrunedStudent.keeping(2, OnnxStudent.of(teacher)))
            .teacher(OnnxTeacher.of(teacher))
            .objective(new DistillationObjective().alpha(0.9f).temperature(2))
            .build();
    train("student", distillation, all, test, UNPACKED.resolve("my-small-answers.onnx"));

    var control =
        settings(8, 3e-4f)
            .student(PrunedStudent.keeping(2, EncoderStudent.of(encoder, Pooling.MEAN)))
            .build();
    train("control", control, known, test, UNPACKED.resolve("my-control-of-answers.onnx"));
  }

  private static DistillationTrainer.Builder<Span> settings(int epochs, float rate) {
    return DistillationTrainer.<Span>builder()
        .device(DEVICE)
        .epochs(epochs)
        .batching(new Batching().batchSize(16))
        .optimizer(new AdamWOptimizer().learningRate(rate))
        .seed(seed);
  }

  private static void train(
      String name,
      DistillationTrainer<Span> trainer,
      List<Asked> questions,
      List<Asked> test,
      Path file)
      throws Exception {
    long start = System.nanoTime();
    try (DistilledModel<Span> model = trainer.train(dataset(questions))) {
      var evaluation = new SpanEvaluator().evaluate(model, dataset(test));
      System.out.printf(
          Locale.ROOT,
          "%s: exact match %.1f, F1 %.1f; F1 with an answer %.1f, without %.1f; %d MB, %d s%n",
          name,
          100 * evaluation.all().exactMatch(),
          100 * evaluation.all().f1(),
          100 * evaluation.answered().f1(),
          100 * evaluation.unanswered().f1(),
          model.bytesOfWeights() / 1_000_000,
          (System.nanoTime() - start) / 1_000_000_000);
      model.exportOnnx(file);
    }
  }

  /**
   * Questions about posts, half of them without an answer.
   *
   * @param rest takes the other questions without an answer
   */
  private static List<Asked> questions(String file, List<Asked> rest) {
    List<Asked> answered = new ArrayList<>();
    List<Asked> others = new ArrayList<>();
    var posts = ConllDataSource.of(DATA.resolve(file), UNPACKED.resolve("tokenizer.json"));
    int number = 0;
    for (SequenceExample<Label> post : posts) {
      if (quick && ++number > FEW_POSTS) {
        break;
      }
      ask(post, answered, others);
    }
    SplittableRandom random = new SplittableRandom(17);
    for (int i = others.size() - 1; i > 0; i--) {
      others.set(i, others.set(random.nextInt(i + 1), others.get(i)));
    }
    int none = Math.min(answered.size(), others.size());
    rest.addAll(others.subList(none, others.size()));
    List<Asked> questions = new ArrayList<>(answered);
    questions.addAll(others.subList(0, none));
    return questions;
  }

  private static void ask(SequenceExample<Label> post, List<Asked> answered, List<Asked> others) {
    StringBuilder text = new StringBuilder();
    List<Integer> starts = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    List<String> tags = new ArrayList<>();
    for (Example<Label> word : post) {
      text.append(starts.isEmpty() ? "" : " ");
      starts.add(text.length());
      text.append(word.getMetadataValue("text").orElseThrow());
      ends.add(text.length());
      tags.add(word.getOutput().getLabel());
    }
    Map<String, Entities.Entity> first = new LinkedHashMap<>();
    Entities.of(tags, false).found().forEach(each -> first.putIfAbsent(each.type(), each));
    QUESTIONS.forEach(
        (type, question) -> {
          Entities.Entity entity = first.get(type);
          if (entity == null) {
            others.add(new Asked(question, text.toString(), Span.noAnswer()));
          } else {
            int start = starts.get(entity.from());
            int end = ends.get(entity.to() - 1);
            answered.add(
                new Asked(question, text.toString(), Span.in(text.toString(), start, end)));
          }
        });
  }

  private static MutableDataset<Span> dataset(List<Asked> questions) throws Exception {
    var outputs = new SpanFactory();
    var dataset =
        new MutableDataset<>(
            new SimpleDataSourceProvenance("questions about WNUT17", outputs), outputs);
    try (QuestionTokenizer tokenizer = QuestionTokenizer.open(UNPACKED.resolve("tokenizer.json"))) {
      for (Asked each : questions) {
        dataset.add(tokenizer.encode(each.question(), each.post(), each.answer()));
      }
    }
    return dataset;
  }
}
