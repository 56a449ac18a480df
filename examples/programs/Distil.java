import java.nio.file.Path;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.report.ExperimentRun;
import org.tribuo.distill.report.ModelMeter;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;

/**
 * Distils a classifier: two layers of the teacher learn from its soft targets for all questions of
 * BANKING77, and from the labels of the few that have one. The teacher is the main job's.
 */
public class Distil {
  public static void main(String[] args) throws Exception {
    Path data = Path.of("examples/data/banking77");
    Path results = Path.of("target/banking77");
    Path tokenizer = results.resolve("tokenizer.json");
    var questions =
        CsvTextDataSource.of(data.resolve("train.csv"), tokenizer, new LabelFactory())
            .labels("category")
            .keepLabels(data.resolve("labelled_20_per_intent.txt"))
            .maxLength(64)
            .read();

    Path teacher = results.resolve("teacher.onnx");
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(PrunedStudent.keeping(2, OnnxStudent.of(teacher)))
            .teacher(OnnxTeacher.of(teacher))
            .objective(new DistillationObjective().alpha(0.9f).temperature(2))
            .optimizer(new AdamWOptimizer().learningRate(4e-4f))
            .build();

    // Both models on the same test questions: accuracy, agreement, size, speed.
    var run = new ExperimentRun(new ProgressOutput.Lines(System.out));
    var test =
        CsvTextDataSource.of(data.resolve("test.csv"), tokenizer, new LabelFactory())
            .labels("category")
            .maxLength(64)
            .read();
    var meter = new ModelMeter(new MutableDataset<>(test), Device.cpu(), SpeedMeter.DEFAULT);
    try (var model = DistilledModel.of(OnnxTeacher.of(teacher), new LabelFactory())) {
      run.measure("teacher", model, teacher, meter);
    }
    Path file = results.resolve("my-student.onnx");
    try (var student = run.train("student", trainer, new MutableDataset<>(questions))) {
      student.serializeToFile(results.resolve("my-student.tribuo"));
      student.exportOnnx(file);
      run.measure("student", student, file, meter);
    }
    run.results().table().lines().forEach(System.out::println);
  }
}
