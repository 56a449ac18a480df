package org.tribuo.distill;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
    RunProvenance report,
    DistillationListener listener) {
  /**
   * Asks all teachers about all examples; none before each was found able to answer.
   *
   * @param all the examples, and how many of the largest logits are read of each; empty for all
   * @return for the caller to close
   * @throws IllegalArgumentException if teacher and student have different labels, or a text does
   *     not fit a teacher or is not kept for its tokenizer
   * @throws IOException if a teacher cannot be read
   */
  StageAnswers about(Map<? extends StageTexts<?>, OptionalInt> all) throws IOException {
    Map<StageTexts<?>, List<SoftTargetStep>> steps = new LinkedHashMap<>();
    for (StageTexts<?> texts : all.keySet()) {
      List<SoftTargetStep> ofTexts = new ArrayList<>();
      for (ReadyTeacher teacher : teachers) {
        ofTexts.add(
            SoftTargetStep.of(
                teacher, texts.examples(), texts.rows().texts(), student, settings.maxLength()));
      }
      steps.put(texts, ofTexts);
    }
    StageAnswers answers = StageAnswers.in(settings.store(), agreement);
    boolean whole = false;
    try {
      for (Map.Entry<StageTexts<?>, List<SoftTargetStep>> each : steps.entrySet()) {
        ask(each.getKey(), each.getValue(), all.get(each.getKey()), answers);
      }
      whole = true;
      return answers;
    } finally {
      if (!whole) {
        answers.close();
      }
    }
  }

  private void ask(
      StageTexts<?> texts, List<SoftTargetStep> steps, OptionalInt largest, StageAnswers into) {
    int number = 1;
    for (SoftTargetStep step : steps) {
      SoftTargetStep.Answer answer = step.ask(into.store(), largest, listener);
      into.add(texts, answer.softTargets());
      report.softTargets(texts, number++, steps.size(), answer);
    }
  }
}
