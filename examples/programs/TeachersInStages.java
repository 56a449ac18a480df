import java.nio.file.Path;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.report.DistillationProgress;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.schedule.LinearSchedule;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.SeveralTeachers;
import org.tribuo.distill.training.AdamWOptimizer;

/**
 * Distils an ensemble of two teachers in two stages: all questions of BANKING77 from the teachers
 * alone, at a temperature that falls, then the labelled questions from their labels. The teachers
 * are the main job's and that of FineTune.java, which started from another seed.
 */
public class TeachersInStages {
  public static void main(String[] args) throws Exception {
    Path data = Path.of("examples/data/banking77");
    Path results = Path.of("target/banking77");
    var questions =
        CsvTextDataSource.of(
                data.resolve("train.csv"), results.resolve("tokenizer.json"), new LabelFactory())
            .labels("category")
            .keepLabels(data.resolve("labelled_20_per_intent.txt"))
            .maxLength(64)
            .read();

    Path first = results.resolve("teacher.onnx");
    Path second = results.resolve("my-teacher.onnx");
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(PrunedStudent.keeping(2, OnnxStudent.of(first)))
            .teacher(
                SeveralTeachers.of(OnnxTeacher.of(first), OnnxTeacher.of(second))
                    .weightedBy(SeveralTeachers.Weighting.CONFIDENCE))
            .optimizer(new AdamWOptimizer().learningRate(4e-4f))
            .stages(
                TrainingStage.of("imitation", 3)
                    .learningFrom(TrainingStage.From.TEACHER)
                    .objective(new DistillationObjective().temperature(new LinearSchedule(4, 1))),
                TrainingStage.fineTuning(1).learningRate(5e-5f))
            .softTargetStore(results.resolve("my-soft-targets"))
            .build();
    try (var progress = new DistillationProgress(new ProgressOutput.Lines(System.out), "Student")) {
      trainer.setListener(progress);
      try (var student = trainer.train(new MutableDataset<>(questions))) {
        student.exportOnnx(results.resolve("my-student-of-two.onnx"));
      }
    }
  }
}
