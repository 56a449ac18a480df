package org.tribuo.distill.report;

import java.time.Duration;
import java.util.List;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.evaluation.LabelEvaluation;

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
public record ModelReport(
    String name,
    Quality quality,
    long parameters,
    long bytesOnDisk,
    Duration latency,
    double examplesPerSecond) {

  /**
   * How good the predictions of a classifier are.
   *
   * @param accuracy the share of examples with the right label, in [0, 1]
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
            "The model has %d predictions and the teacher %d, expected as many, at least one"
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
