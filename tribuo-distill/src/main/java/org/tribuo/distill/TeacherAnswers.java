package org.tribuo.distill;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.ObjectiveInputs;
import org.tribuo.distill.teacher.store.SoftTargetBatch;
import org.tribuo.distill.teacher.store.SoftTargets;

/**
 * What one or several teachers said of all rows. Each batch reads its rows alone.
 *
 * @param teachers at least one, each with the student's columns
 * @param agreement how they become one, if there are several
 */
record TeacherAnswers(List<SoftTargets> teachers, Optional<TeacherAgreement> agreement) {
  TeacherAnswers {
    teachers = List.copyOf(teachers);
  }

  /**
   * The same with the k largest logits of each row alone.
   *
   * @param k at most the number of columns
   */
  TeacherAnswers largest(int k) {
    return new TeacherAnswers(
        teachers.stream().map(teacher -> teacher.largest(k)).toList(), agreement);
  }

  /**
   * Puts what was said of some rows into a batch.
   *
   * @param batch has the labels of these rows
   */
  void putInto(Map<String, Tensor> batch, int[] rows) {
    if (agreement.isPresent()) {
      List<Tensor> logits =
          teachers.stream().map(teacher -> teacher.batch(rows).logits()).toList();
      agreement.get().putInto(batch, logits);
      return;
    }
    SoftTargetBatch said = teachers.get(0).batch(rows);
    batch.put(ObjectiveInputs.TEACHER_LOGITS, said.logits());
    said.classes().ifPresent(each -> batch.put(ObjectiveInputs.TEACHER_LOGITS_INDICES, each));
  }
}
