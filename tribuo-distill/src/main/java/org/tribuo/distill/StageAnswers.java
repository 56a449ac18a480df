package org.tribuo.distill;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.teacher.store.SoftTargetStore;
import org.tribuo.distill.teacher.store.SoftTargets;

/** What the teachers said of the examples of all stages, open while the stages read it. */
final class StageAnswers implements AutoCloseable {
  private final Optional<Path> folder;
  private final Optional<TeacherAgreement> agreement;
  private final List<SoftTargetStore> stores = new ArrayList<>();
  private final Map<StageTexts<?>, List<SoftTargets>> answers = new LinkedHashMap<>();

  private StageAnswers(Optional<Path> folder, Optional<TeacherAgreement> agreement) {
    this.folder = folder;
    this.agreement = agreement;
  }

  /**
   * Nothing yet.
   *
   * @param folder that keeps soft targets; empty for temporary ones
   * @param agreement how the teachers become one, if there are several
   */
  static StageAnswers in(Optional<Path> folder, Optional<TeacherAgreement> agreement) {
    return new StageAnswers(folder, agreement);
  }

  /** Where the soft targets of the next teacher are kept. */
  SoftTargetStore store() {
    SoftTargetStore store =
        folder.map(SoftTargetStore::in).orElseGet(SoftTargetStore::temporary);
    stores.add(store);
    return store;
  }

  /** Adds what the next teacher said of some examples. */
  void add(StageTexts<?> texts, SoftTargets ofTeacher) {
    answers.computeIfAbsent(texts, any -> new ArrayList<>()).add(ofTeacher);
  }

  /** What was said of the examples of a stage, if a teacher was asked about them. */
  Optional<TeacherAnswers> of(StageTexts<?> texts) {
    return Optional.ofNullable(answers.get(texts))
        .map(teachers -> new TeacherAnswers(teachers, agreement));
  }

  @Override
  public void close() {
    answers.values().forEach(teachers -> teachers.forEach(SoftTargets::close));
    stores.forEach(SoftTargetStore::close);
  }
}
