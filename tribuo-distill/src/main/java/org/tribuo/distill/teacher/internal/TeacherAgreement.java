package org.tribuo.distill.teacher.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TeacherMean;
import org.tribuo.distill.task.internal.Task;

/**
 * How the outputs of several teachers become one.
 *
 * @param ofLogits whether logits are averaged, or else probabilities
 * @param weights how much each counts
 * @param temperatures what the logits of each are divided by before anything else
 */
public record TeacherAgreement(boolean ofLogits, TeacherWeights weights, List<Float> temperatures) {
  /**
   * The loss against all of them.
   *
   * @throws IllegalArgumentException if a row is a span, probabilities of a regression are wanted,
   *     which has none, or the mean leaves open what the loss compares
   */
  public SoftLoss against(SoftLoss loss, Task<?> task) {
    if (task.unit() instanceof RowForm.Spans) {
      throw new IllegalArgumentException(
          "Several teachers are averaged where a row is an example or a token, not where it is a span; expected one teacher");
    }
    boolean values = task.probabilities().isEmpty();
    if (values && !weights.areStatedAlone()) {
      throw new IllegalArgumentException(
          "The teachers of a task without probabilities, %s, output values, which are neither certain nor probable: set the weighting of SeveralTeachers to STATED"
              .formatted(task));
    }
    if (values && temperatures.stream().anyMatch(each -> each != 1)) {
      throw new IllegalArgumentException(
          "The teachers of a task without probabilities, %s, output values, which are not softened: omit the temperatures of SeveralTeachers, which are %s"
              .formatted(task, temperatures));
    }
    return new TeacherMean(loss, temperatures.size(), averaged(task));
  }

  private HardLoss.AnswerForm averaged(Task<?> task) {
    if (ofLogits) {
      return HardLoss.AnswerForm.LOGITS;
    }
    return task.probabilities()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The teachers of a task without probabilities, %s, output values: set the mean of SeveralTeachers to LOGITS"
                        .formatted(task)));
  }

  /**
   * The objective's inputs: their outputs for some rows, and how much each counts.
   *
   * @param logits of each teacher, FLOAT [rows..., columns]
   * @param labels of these rows
   * @param labelled 1 where there is one
   */
  public Map<String, Tensor> inputs(List<Tensor> logits, Tensor labels, Tensor labelled) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    List<Tensor> divided = new ArrayList<>();
    for (int k = 0; k < logits.size(); k++) {
      divided.add(divided(logits.get(k), temperatures.get(k)));
      inputs.put(ObjectiveInputs.ofTeacher(k + 1), divided.get(k));
    }
    inputs.put(ObjectiveInputs.TEACHER_WEIGHTS, weights.of(divided, labels, labelled));
    return inputs;
  }

  private static Tensor divided(Tensor logits, float temperature) {
    if (temperature == 1) {
      return logits;
    }
    float[] values = logits.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] /= temperature;
    }
    return Tensor.of(values, logits.dims());
  }
}
