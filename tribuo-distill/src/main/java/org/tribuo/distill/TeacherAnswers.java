package org.tribuo.distill;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.ObjectiveInputs;

/**
 * What one or several teachers said of all rows.
 *
 * @param tensors by the names of the objective's inputs, one row for each row of the data
 */
record TeacherAnswers(Map<String, Tensor> tensors) {
  TeacherAnswers {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** Of one teacher. */
  static TeacherAnswers ofOne(Tensor logits) {
    return new TeacherAnswers(Map.of(ObjectiveInputs.TEACHER_LOGITS, logits));
  }

  /** Of several teachers and how much each counts. */
  static TeacherAnswers ofSeveral(List<Tensor> logits, Tensor weights) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int k = 0; k < logits.size(); k++) {
      tensors.put(ObjectiveInputs.ofTeacher(k + 1), logits.get(k));
    }
    tensors.put(ObjectiveInputs.TEACHER_WEIGHTS, weights);
    return new TeacherAnswers(tensors);
  }

  /** Puts what was said of some rows into a batch. */
  void putInto(Map<String, Tensor> batch, int[] rows) {
    tensors.forEach((name, all) -> batch.put(name, RowsOfTensor.pick(all, rows)));
  }
}
