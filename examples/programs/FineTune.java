import java.nio.file.Path;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.dataset.DatasetView;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.report.DistillationProgress;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;

/**
 * Fine-tunes an encoder: a fresh head on top, and all weights trained on the labelled questions of
 * BANKING77. The encoder and its tokenizer are those that the main job has unpacked.
 */
public class FineTune {
  public static void main(String[] args) throws Exception {
    Path data = Path.of("examples/data/banking77");
    Path results = Path.of("target/banking77");
    Path tokenizer = results.resolve("tokenizer.json");

    // Questions become tokens here; without a teacher each example needs its label.
    var questions =
        new MutableDataset<>(
            CsvTextDataSource.of(data.resolve("train.csv"), tokenizer, new LabelFactory())
                .labels("category")
                .keepLabels(data.resolve("labelled_20_per_intent.txt"))
                .maxLength(64)
                .read());
    var labelled =
        DatasetView.createView(
            questions, q -> !q.getOutput().equals(LabelFactory.UNKNOWN_LABEL), "labelled");

    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(
                EncoderStudent.of(
                    results.resolve("pretrained/all-minilm-l6-v2.onnx"), Pooling.MEAN))
            .optimizer(new AdamWOptimizer().learningRate(2e-4f))
            .epochs(6)
            .seed(1)
            .build();
    try (var progress =
        new DistillationProgress(new ProgressOutput.Lines(System.out), "Fine-tuning")) {
      trainer.setListener(progress);
      try (DistilledModel<Label> model = trainer.train(labelled)) {
        var test =
            new MutableDataset<>(
                CsvTextDataSource.of(data.resolve("test.csv"), tokenizer, new LabelFactory())
                    .labels("category")
                    .maxLength(64)
                    .read());
        System.out.println(new LabelEvaluator().evaluate(model, test).accuracy());
        model.exportOnnx(results.resolve("my-teacher.onnx"));
      }
    }
  }
}
