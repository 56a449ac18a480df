package org.tribuo.distill.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.evaluation.LabelEvaluation;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.report.ModelMeter.Report.Quality;

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
   * @param metering how long it took to find out its speed
   */
  public record Measured(Report report, LabelEvaluation evaluation, Duration metering) {}

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
    long start = System.nanoTime();
    double perSecond = speed.examplesPerSecond(model, examples);
    model.runOn(oneThread());
    Duration latency = speed.latency(model, examples);
    Duration metering = Duration.ofNanos(System.nanoTime() - start);
    return new Measured(
        new Report(
            name,
            Quality.of(evaluation, teacher.orElse(evaluation)),
            OnnxModel.read(onnx).parameters(),
            Files.size(onnx),
            latency,
            perSecond),
        evaluation,
        metering);
  }

  private Device oneThread() {
    return device.provider() == ExecutionProvider.CPU ? device.withThreads(1) : device;
  }

  /**
   * One model beside others.
   *
   * @param name what it is called in the comparison
   * @param quality how good it is on test examples
   * @param parameters the numbers in its weights
   * @param bytesOnDisk the size of its ONNX file
   * @param latency the time of one prediction
   * @param examplesPerSecond the predictions in a second, in batches
   */
  public record Report(
      String name,
      Quality quality,
      long parameters,
      long bytesOnDisk,
      Duration latency,
      double examplesPerSecond) {

    /**
     * How good the predictions of a classifier are.
     *
     * @param accuracy the fraction of examples with the right label, in [0, 1]
     * @param macroF1 the mean over the labels of each one's F1, in [0, 1]
     * @param agreement the fraction of examples on which the teacher predicts the same, in [0, 1]
     */
    public record Quality(double accuracy, double macroF1, double agreement) {
      /**
       * Compares a model with the truth and with its teacher.
       *
       * @param model the evaluation of the model
       * @param teacher the evaluation of the teacher, on the same examples in the same order
       * @throws IllegalArgumentException if the two have seen different numbers of examples
       */
      public static Quality of(LabelEvaluation model, LabelEvaluation teacher) {
        return new Quality(
            model.accuracy(),
            model.macroAveragedF1(),
            agreement(model.getPredictions(), teacher.getPredictions()));
      }

      private static double agreement(
          List<Prediction<Label>> model, List<Prediction<Label>> teacher) {
        if (model.size() != teacher.size() || model.isEmpty()) {
          throw new IllegalArgumentException(
              "The model has %d predictions and the teacher %d, expected the same number, at least one"
                  .formatted(model.size(), teacher.size()));
        }
        int same = 0;
        for (int i = 0; i < model.size(); i++) {
          String said = model.get(i).getOutput().getLabel();
          if (said.equals(teacher.get(i).getOutput().getLabel())) {
            same++;
          }
        }
        return (double) same / model.size();
      }
    }
  }
}
