package org.tribuo.distill.teacher;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.ObjectiveInputs;
import org.tribuo.distill.training.data.RowInputs;
import org.tribuo.distill.training.data.TensorRows;

/**
 * What one or several teachers said of all rows.
 *
 * @param tensors by the names of the objective's inputs, one row for each row of the data
 */
public record TeacherAnswers(Map<String, Tensor> tensors) implements RowInputs {
  public TeacherAnswers {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** Of one teacher. */
  public static TeacherAnswers ofOne(Tensor logits) {
    return new TeacherAnswers(Map.of(ObjectiveInputs.TEACHER_LOGITS, logits));
  }

  /** Of several teachers and how much each counts. */
  public static TeacherAnswers ofSeveral(List<Tensor> logits, Tensor weights) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int k = 0; k < logits.size(); k++) {
      tensors.put(ObjectiveInputs.ofTeacher(k + 1), logits.get(k));
    }
    tensors.put(ObjectiveInputs.TEACHER_WEIGHTS, weights);
    return new TeacherAnswers(tensors);
  }

  /**
   * The same with the k largest logits of each row alone, the largest first, and the columns that
   * they are of.
   *
   * @param k at most the number of columns
   */
  public TeacherAnswers largest(int k) {
    Tensor all = Objects.requireNonNull(tensors.get(ObjectiveInputs.TEACHER_LOGITS));
    float[] logits = all.toFloats();
    int rows = (int) all.dim(0);
    int columns = (int) all.dim(1);
    float[] largest = new float[rows * k];
    long[] indices = new long[rows * k];
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      int[] order =
          IntStream.range(0, columns)
              .boxed()
              .sorted(Comparator.comparing(column -> -logits[start + column]))
              .limit(k)
              .mapToInt(Integer::intValue)
              .toArray();
      for (int i = 0; i < k; i++) {
        largest[row * k + i] = logits[start + order[i]];
        indices[row * k + i] = order[i];
      }
    }
    Map<String, Tensor> others = new LinkedHashMap<>(tensors);
    others.put(ObjectiveInputs.TEACHER_LOGITS, Tensor.of(largest, rows, k));
    others.put(ObjectiveInputs.TEACHER_LOGITS_INDICES, Tensor.of(indices, rows, k));
    return new TeacherAnswers(others);
  }

  @Override
  public Map<String, Tensor> batch(int[] rows) {
    Map<String, Tensor> batch = new LinkedHashMap<>();
    tensors.forEach((name, all) -> batch.put(name, TensorRows.pick(all, rows)));
    return batch;
  }
}
