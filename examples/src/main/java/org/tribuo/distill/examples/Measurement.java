package org.tribuo.distill.examples;

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
import org.tribuo.distill.engine.ExecutionProvider;
import org.tribuo.distill.report.ModelReport;
import org.tribuo.distill.report.Quality;
import org.tribuo.distill.report.SpeedMeter;

/**
 * Measures models on the same texts: alone on one thread, and in batches on all.
 *
 * @param test labelled texts
 * @param device where batches run
 * @param meter says how much is measured
 */
record Measurement(Dataset<Label> test, Device device, SpeedMeter meter) {
  /**
   * A model that was measured.
   *
   * @param report its row in the comparison
   * @param evaluation what it said of the texts
   */
  record Measured(ModelReport report, LabelEvaluation evaluation) {}

  /**
   * Measures a model.
   *
   * @param name of its row
   * @param onnx its ONNX file
   * @param teacher what its teacher said; empty for the teacher itself
   */
  Measured measure(
      String name, DistilledModel<Label> model, Path onnx, Optional<LabelEvaluation> teacher)
      throws IOException {
    model.runOn(device);
    LabelEvaluation evaluation = new LabelEvaluator().evaluate(model, test);
    List<Example<Label>> texts = test.getData();
    double perSecond = meter.examplesPerSecond(model, texts);
    model.runOn(oneThread());
    Duration latency = meter.latency(model, texts);
    return new Measured(
        new ModelReport(
            name,
            Quality.of(evaluation, teacher.orElse(evaluation)),
            ResultFolder.parameters(onnx),
            Files.size(onnx),
            latency,
            perSecond),
        evaluation);
  }

  private Device oneThread() {
    return device.provider() == ExecutionProvider.CPU ? device.withThreads(1) : device;
  }
}
