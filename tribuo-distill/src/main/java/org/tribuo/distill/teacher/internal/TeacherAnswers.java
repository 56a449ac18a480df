package org.tribuo.distill.teacher.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.task.internal.TensorRows;
import org.tribuo.distill.teacher.internal.store.SoftTargetBatch;
import org.tribuo.distill.teacher.internal.store.SoftTargets;
import org.tribuo.distill.training.internal.data.RowInputs;

/**
 * What one or several teachers said of all rows. Each batch reads its rows alone.
 *
 * @param teachers at least one, each with the student's columns
 * @param agreement how they become one, if there are several
 * @param targets the labels of all rows, which may decide how much each teacher counts
 * @param form what a row is
 */
public record TeacherAnswers(
    List<SoftTargets> teachers, Optional<TeacherAgreement> agreement, Targets targets, RowForm form)
    implements RowInputs {
  /**
   * @throws IllegalArgumentException if several teachers of spans are to become one
   */
  public TeacherAnswers {
    teachers = List.copyOf(teachers);
    if (agreement.isPresent() && form instanceof RowForm.Spans) {
      throw new IllegalArgumentException(
          "Several teachers are averaged where a row is an example or a token, not where it is a span; expected one teacher");
    }
  }

  /**
   * The same with the k largest logits of each row alone.
   *
   * @param k at most the number of columns
   */
  public TeacherAnswers largest(int k) {
    return new TeacherAnswers(
        teachers.stream().map(teacher -> teacher.largest(k)).toList(), agreement, targets, form);
  }

  /**
   * The same with as few of the largest logits of each row as have a fraction of the probability of
   * each teacher, as {@link LargestOfMass} counts them.
   *
   * @param mass the fraction, between 0 and 1
   * @param most the maximum number of them
   */
  public TeacherAnswers ofMass(double mass, int most) {
    LargestOfMass count = new LargestOfMass(mass, most);
    Optional<TensorRows> counted =
        Optional.ofNullable(targets.inputs().get(ObjectiveInputs.COUNTED));
    return largest(
        teachers.stream().mapToInt(teacher -> count.of(teacher, counted)).max().orElseThrow());
  }

  /** How many logits there are of each vector of the first teacher. */
  public int columns() {
    return teachers.get(0).shape().columns();
  }

  @Override
  public Map<String, Tensor> batch(int[] rows) {
    if (agreement.isPresent()) {
      return agreement
          .get()
          .inputs(
              teachers.stream().map(teacher -> teacher.batch(rows).logits()).toList(),
              targets.batch(ObjectiveInputs.LABELS, rows),
              targets.batch(ObjectiveInputs.LABELLED, rows));
    }
    SoftTargetBatch said = teachers.get(0).batch(rows);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    List<String> names = form.teacherLogits();
    for (int i = 0; i < names.size(); i++) {
      inputs.put(names.get(i), names.size() == 1 ? said.logits() : said.ofColumn(i));
    }
    said.classes().ifPresent(each -> inputs.put(ObjectiveInputs.TEACHER_LOGITS_INDICES, each));
    said.tails().ifPresent(each -> inputs.put(ObjectiveInputs.TEACHER_LOGITS_TAIL, each));
    return inputs;
  }
}
