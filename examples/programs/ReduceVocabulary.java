import java.nio.file.Files;
import java.nio.file.Path;
import org.tribuo.MutableDataset;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.KeptVocabulary;
import org.tribuo.distill.report.ExperimentRun;
import org.tribuo.distill.report.ModelMeter;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.teacher.OnnxTeacher;

/**
 * Makes the main job's student smaller: of its vocabulary the tokens of the training questions
 * stay, with a tokenizer that knows them alone. Prints accuracy, size and speed of both. The
 * questions and the student are those of the main job.
 */
public class ReduceVocabulary {
  private static final Path DATA = Path.of("examples/data/banking77");

  public static void main(String[] args) throws Exception {
    Path results = Path.of("target/banking77");
    Path student = results.resolve("student.onnx");
    Path tokenizer = results.resolve("tokenizer.json");

    // Each line of the file has a question, and a label of letters alone.
    var texts = Files.readAllLines(DATA.resolve("train.csv"));
    var kept = KeptVocabulary.of(tokenizer, texts).readingOthersAsNearest(student);
    Path small = results.resolve("my-small-vocabulary.onnx");
    Path smallTokenizer = results.resolve("my-small-tokenizer.json");
    kept.writeTokenizer(smallTokenizer);
    kept.writeModel(student, small);
    System.out.println(kept);

    var run = new ExperimentRun(new ProgressOutput.Lines(System.out));
    measure("student", student, tokenizer, run);
    measure("its vocabulary reduced", small, smallTokenizer, run);
    run.results().table().lines().forEach(System.out::println);
  }

  private static void measure(String name, Path file, Path tokenizer, ExperimentRun run)
      throws Exception {
    var test =
        CsvTextDataSource.of(DATA.resolve("test.csv"), tokenizer, new LabelFactory())
            .labels("category")
            .maxLength(64)
            .read();
    var meter = new ModelMeter(new MutableDataset<>(test), Device.cpu(), SpeedMeter.DEFAULT);
    try (var model = DistilledModel.of(OnnxTeacher.of(file), new LabelFactory())) {
      run.measure(name, model, file, meter);
    }
  }
}
