package org.tribuo.distill.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.classification.Label;
import org.tribuo.classification.evaluation.LabelEvaluation;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.report.ModelReport.Quality;

/**
 * Measures classifiers on the same examples: alone on one thread, and in batches on all.
 *
 * @param test labelled examples
 * @param device where batches run
 * @param speed how much is timed
 */
public record ModelMeter(Dataset<Label> test, Device device, SpeedMeter speed) {
  /**
   * A model that was measured.
   *
   * @param report its row in a comparison
   * @param evaluation its predictions
   */
  public record Measured(ModelReport report, LabelEvaluation evaluation) {}

  /**
   * Measures a model that has no teacher: it agrees with itself.
   *
   * @param name of its row
   * @param onnx its ONNX file
   * @throws IOException if the file cannot be read
   */
  public Measured measure(String name, DistilledModel<Label> model, Path onnx) throws IOException {
    return measure(name, model, onnx, Optional.empty());
  }

  /**
   * Measures a student.
   *
   * @param name of its row
   * @param onnx its ONNX file
   * @param teacher measured by this meter
   * @throws IOException if the file cannot be read
   */
  public Measured measure(String name, DistilledModel<Label> model, Path onnx, Measured teacher)
      throws IOException {
    return measure(name, model, onnx, Optional.of(teacher.evaluation()));
  }

  private Measured measure(
      String name, DistilledModel<Label> model, Path onnx, Optional<LabelEvaluation> teacher)
      throws IOException {
    model.runOn(device);
    LabelEvaluation evaluation = new LabelEvaluator().evaluate(model, test);
    List<Example<Label>> examples = test.getData();
    double perSecond = speed.examplesPerSecond(model, examples);
    model.runOn(oneThread());
    Duration latency = speed.latency(model, examples);
    return new Measured(
        new ModelReport(
            name,
            Quality.of(evaluation, teacher.orElse(evaluation)),
            parameters(onnx),
            Files.size(onnx),
            latency,
            perSecond),
        evaluation);
  }

  private Device oneThread() {
    return device.provider() == ExecutionProvider.CPU ? device.withThreads(1) : device;
  }

  private static long parameters(Path onnx) throws IOException {
    return OnnxModel.read(onnx).initializers().values().stream()
        .filter(tensor -> tensor.elementType().isFloat())
        .mapToLong(tensor -> tensor.elements())
        .sum();
  }
}
