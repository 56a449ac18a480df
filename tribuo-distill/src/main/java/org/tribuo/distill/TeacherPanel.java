package org.tribuo.distill;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.teacher.LabelOrder;

/**
 * The teachers of a training, who are asked about the examples of its stages.
 *
 * @param teachers at least one
 * @param agreement how they agree, if there are several
 * @param student the columns that the student has
 */
record TeacherPanel(
    List<ReadyTeacher> teachers,
    Optional<TeacherAgreement> agreement,
    LabelOrder student,
    DistillationSettings settings,
    Object storeLock,
    RunProvenance report,
    DistillationListener listener) {
  /**
   * Asks all teachers about all examples; none before each was found able to answer.
   *
   * @throws IllegalArgumentException if teacher and student have different labels, or a text does
   *     not fit a teacher or is not kept for its tokenizer
   * @throws IOException if a teacher cannot be read
   */
  Map<StageTexts<?>, TeacherAnswers> about(Collection<? extends StageTexts<?>> all)
      throws IOException {
    Map<StageTexts<?>, List<SoftTargetStep>> steps = new LinkedHashMap<>();
    for (StageTexts<?> texts : all) {
      List<SoftTargetStep> ofTexts = new ArrayList<>();
      for (ReadyTeacher teacher : teachers) {
        ofTexts.add(
            SoftTargetStep.of(
                teacher, texts.examples(), texts.rows().texts(), student, settings.maxLength()));
      }
      steps.put(texts, ofTexts);
    }
    Map<StageTexts<?>, TeacherAnswers> answers = new LinkedHashMap<>();
    steps.forEach((texts, ofTexts) -> answers.put(texts, answers(texts, ofTexts)));
    return answers;
  }

  private TeacherAnswers answers(StageTexts<?> texts, List<SoftTargetStep> steps) {
    List<Tensor> logits = new ArrayList<>();
    for (SoftTargetStep step : steps) {
      SoftTargetStep.Answer answer = step.ask(settings.store(), storeLock, listener);
      report.softTargets(texts, logits.size() + 1, steps.size(), answer);
      logits.add(answer.logits());
    }
    return agreement
        .map(together -> together.answers(logits, texts.rows().targets()))
        .orElseGet(() -> TeacherAnswers.ofOne(logits.get(0)));
  }
}
