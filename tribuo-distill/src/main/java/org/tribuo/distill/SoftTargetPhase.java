package org.tribuo.distill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.file.TemporaryFolder;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.output.LabelOrder;
import org.tribuo.distill.output.TargetKind;
import org.tribuo.distill.student.StudentNetwork;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.ReadyTeacher;
import org.tribuo.distill.teacher.SoftTargetStep;
import org.tribuo.distill.teacher.TeacherAgreement;
import org.tribuo.distill.teacher.TeacherAnswers;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.teacher.TeacherUse;
import org.tribuo.distill.training.data.StageTexts;
import org.tribuo.distill.transformer.TransformerFiles;
import org.tribuo.provenance.ModelProvenance;

/**
 * Runs the teachers over the examples of all stages that learn from them. Teachers that are yet to
 * be trained are trained first; none is run before each was checked.
 *
 * @param invocation the number of this training of its trainer
 * @param storeLock held while a store of soft targets is open
 * @param files reads each file once
 */
record SoftTargetPhase<T extends Output<T>>(
    Recipe recipe,
    Dataset<T> examples,
    Preparation<T> prepared,
    int invocation,
    Object storeLock,
    TransformerFiles files,
    DistillationListener listener) {
  /** A teacher that is trained on the examples of its student, before the student is. */
  interface TeacherInTraining extends TeacherSource.Member {
    @Override
    default Optional<ReadyTeacher> ready(TeacherUse use) throws IOException {
      return Optional.empty();
    }

    /**
     * Trains the teacher.
     *
     * @param examples those of the student
     * @param invocation the number of the student's training: it decides which teacher this is, so
     *     that the teacher is another one each time, and the same one when the training is replayed
     * @param listener is called while it is trained
     * @param storeLock held while a store of soft targets is open
     */
    <T extends Output<T>> DistilledModel<T> train(
        Dataset<T> examples, int invocation, DistillationListener listener, Object storeLock);
  }

  /**
   * What came of it.
   *
   * @param answers the soft targets of some examples
   * @param runs what each teacher did for some examples, in the order of the teachers
   * @param trained the provenance of each teacher that was trained first
   */
  record Outcome(
      Map<StageTexts<?>, TeacherAnswers> answers,
      Map<StageTexts<?>, List<SoftTargetStep.Answer>> runs,
      List<ModelProvenance> trained) {}

  /**
   * Runs all teachers.
   *
   * @throws IllegalArgumentException if teacher and student have different labels, or a text does
   *     not fit a teacher or is not kept for its tokenizer
   * @throws IOException if a teacher cannot be read
   */
  Outcome run() throws IOException {
    List<StageTexts<T>> all = prepared.askedTexts();
    if (all.isEmpty()) {
      return new Outcome(Map.of(), Map.of(), List.of());
    }
    TeacherSource source = recipe.teacher().orElseThrow();
    if (source.members().stream().anyMatch(TeacherInTraining.class::isInstance)) {
      checkMembers(source, all);
    }
    List<ModelProvenance> trained = new ArrayList<>();
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      List<ReadyTeacher> teachers = new ArrayList<>();
      for (TeacherSource.Member member : source.members()) {
        teachers.add(ready(member, folder.path(), trained));
      }
      return ask(teachers, source.agreement(), all, trained);
    }
  }

  private TeacherUse use() {
    return new TeacherUse(
        recipe.device(),
        prepared.codec().kind() == TargetKind.REGRESSION,
        recipe.batching().maxLength(),
        recipe.batching().padId(),
        files);
  }

  private LabelOrder columns() {
    return new LabelOrder(prepared.codec().names());
  }

  /** Before hours are spent on training one of them. */
  private void checkMembers(TeacherSource source, List<StageTexts<T>> all) throws IOException {
    for (TeacherSource.Member member : source.members()) {
      member.checkLabels(columns(), use());
      for (StageTexts<T> texts : all) {
        member.checkTexts(texts.examples(), texts.rows().texts(), use());
      }
    }
  }

  private ReadyTeacher ready(
      TeacherSource.Member member, Path folder, List<ModelProvenance> trained) throws IOException {
    ReadyTeacher teacher =
        (member instanceof TeacherInTraining untrained
                ? trained(untrained, folder, trained)
                : member)
            .ready(use())
            .orElseThrow();
    listener.onLabelOrder(teacher.settings().model(), teacher.columns());
    return teacher;
  }

  private TeacherSource.Member trained(
      TeacherInTraining untrained, Path folder, List<ModelProvenance> trained) throws IOException {
    try (DistilledModel<T> teacher =
        untrained.train(examples, invocation, listener.assistant(), storeLock)) {
      trained.add(teacher.getProvenance());
      // Without provenance, which has the time: the same teacher is the same file, whose soft
      // targets a store knows.
      StudentNetwork network = teacher.network();
      Path file = Files.createTempFile(folder, "assistant", ".onnx");
      network.onnx().write(file);
      return OnnxTeacher.of(file, network.labelOrder(), network.logits());
    }
  }

  private Outcome ask(
      List<ReadyTeacher> teachers,
      Optional<TeacherAgreement> agreement,
      List<StageTexts<T>> all,
      List<ModelProvenance> trained)
      throws IOException {
    Map<StageTexts<?>, List<SoftTargetStep>> steps = new LinkedHashMap<>();
    for (StageTexts<T> texts : all) {
      List<SoftTargetStep> ofTexts = new ArrayList<>();
      for (ReadyTeacher teacher : teachers) {
        ofTexts.add(
            SoftTargetStep.of(
                teacher,
                texts.examples(),
                texts.rows().texts(),
                columns(),
                recipe.batching().maxLength(),
                files));
      }
      steps.put(texts, ofTexts);
    }
    Map<StageTexts<?>, TeacherAnswers> answers = new LinkedHashMap<>();
    Map<StageTexts<?>, List<SoftTargetStep.Answer>> runs = new LinkedHashMap<>();
    steps.forEach(
        (texts, ofTexts) -> {
          List<SoftTargetStep.Answer> ofTeachers = ofTexts.stream().map(this::ask).toList();
          List<Tensor> logits = ofTeachers.stream().map(SoftTargetStep.Answer::logits).toList();
          runs.put(texts, ofTeachers);
          answers.put(
              texts,
              agreement
                  .map(together -> together.answers(logits, texts.rows().targets()))
                  .orElseGet(() -> TeacherAnswers.ofOne(logits.get(0))));
        });
    return new Outcome(answers, runs, trained);
  }

  private SoftTargetStep.Answer ask(SoftTargetStep step) {
    SoftTargetStep.Answer answer =
        step.ask(recipe.softTargetStore(), storeLock, listener.softTargets());
    listener.onSoftTargets(answer.run());
    return answer;
  }
}
