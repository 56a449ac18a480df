package org.tribuo.distill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.file.internal.TemporaryFolder;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Range;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.teacher.internal.ReadyTeacher;
import org.tribuo.distill.teacher.internal.SoftTargetStep;
import org.tribuo.distill.teacher.internal.TeacherAgreement;
import org.tribuo.distill.teacher.internal.TeacherAnswers;
import org.tribuo.distill.teacher.internal.TeacherUse;
import org.tribuo.distill.teacher.internal.store.SoftTargetStore;
import org.tribuo.distill.training.internal.data.StageExamples;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.provenance.ModelProvenance;

/**
 * Runs the teachers over the examples of all stages that learn from them. Teachers that are yet to
 * be trained are trained first; none is run before each was checked.
 *
 * @param invocation the number of this training of its trainer
 * @param files reads each file once
 */
record SoftTargetPhase<T extends Output<T>>(
    Recipe recipe,
    Preparation<T> prepared,
    int invocation,
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
     */
    <T extends Output<T>> DistilledModel<T> train(
        Dataset<T> examples, int invocation, DistillationListener listener);
  }

  /**
   * What came of it; soft targets are read until this is closed.
   *
   * @param answers the soft targets of some examples
   * @param runs what each teacher did for some examples, in the order of the teachers
   * @param trained the provenance of each teacher that was trained first
   * @param models the provenance of each other teacher whose file has it
   * @param stores that soft targets are in
   */
  record Outcome(
      Map<StageExamples<?>, TeacherAnswers> answers,
      Map<StageExamples<?>, List<SoftTargetStep.Answer>> runs,
      List<ModelProvenance> trained,
      List<ModelProvenance> models,
      List<SoftTargetStore> stores)
      implements AutoCloseable {
    static Outcome empty() {
      return new Outcome(
          new LinkedHashMap<>(),
          new LinkedHashMap<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>());
    }

    @Override
    public void close() {
      runs.values().stream().flatMap(List::stream).forEach(run -> run.softTargets().close());
      stores.forEach(SoftTargetStore::close);
    }
  }

  /**
   * Runs all teachers.
   *
   * @return for the caller to close
   * @throws IllegalArgumentException if teacher and student have different labels, or an example
   *     does not fit a teacher or does not keep its text for its tokenizer
   * @throws IOException if a teacher cannot be read
   */
  Outcome run() throws IOException {
    Map<StageExamples<T>, OptionalInt> all = prepared.askedExamples();
    if (all.isEmpty()) {
      return Outcome.empty();
    }
    TeacherSource source = recipe.teacher().orElseThrow();
    source.members().forEach(member -> member.checkDatasets(all.size()));
    if (source.members().stream().anyMatch(TeacherInTraining.class::isInstance)) {
      checkMembers(source, all.keySet());
    }
    Outcome outcome = Outcome.empty();
    boolean whole = false;
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      List<ReadyTeacher> teachers = new ArrayList<>();
      for (TeacherSource.Member member : source.members()) {
        teachers.add(ready(member, folder.path(), outcome.trained(), outcome.models()));
      }
      ask(teachers, source.agreement(), all, outcome);
      whole = true;
      return outcome;
    } finally {
      if (!whole) {
        outcome.close();
      }
    }
  }

  private TeacherUse use() {
    return new TeacherUse(
        recipe.device(), prepared.outputs().task(), recipe.batching().maxLength(), files);
  }

  private LabelOrder columns() {
    return prepared.codec().columns();
  }

  /** Before hours are spent on training one of them. */
  private void checkMembers(TeacherSource source, Set<StageExamples<T>> all) throws IOException {
    for (TeacherSource.Member member : source.members()) {
      member.checkLabels(columns(), use());
      for (StageExamples<T> own : all) {
        try {
          member.checkExamples(own.examples(), own.rows().inputs(), use());
        } catch (ExampleException e) {
          throw own.named(e);
        }
      }
    }
  }

  private ReadyTeacher ready(
      TeacherSource.Member member,
      Path folder,
      List<ModelProvenance> trained,
      List<ModelProvenance> models)
      throws IOException {
    ReadyTeacher teacher =
        (member instanceof TeacherInTraining untrained
                ? trained(untrained, folder, trained)
                : member)
            .ready(use())
            .orElseThrow();
    listener.onLabelOrder(teacher.file(), teacher.columns());
    teacher.provenance().ifPresent(models::add);
    return teacher;
  }

  private TeacherSource.Member trained(
      TeacherInTraining untrained, Path folder, List<ModelProvenance> trained) throws IOException {
    try (DistilledModel<T> teacher =
        untrained.train(prepared.examples().examples(), invocation, listener.assistant())) {
      trained.add(teacher.getProvenance());
      // Without provenance, which has the time: the same teacher is the same file, whose soft
      // targets a store knows.
      StudentNetwork network = teacher.network();
      Path file = Files.createTempFile(folder, "assistant", ".onnx");
      network.onnx().write(file);
      return OnnxTeacher.of(file, network.labelOrder().names(), network.output());
    }
  }

  private void ask(
      List<ReadyTeacher> teachers,
      Optional<TeacherAgreement> agreement,
      Map<StageExamples<T>, OptionalInt> all,
      Outcome outcome)
      throws IOException {
    Map<StageExamples<T>, List<SoftTargetStep>> steps = new LinkedHashMap<>();
    for (StageExamples<T> own : all.keySet()) {
      steps.put(own, steps(teachers, own));
    }
    steps.forEach(
        (own, ofExamples) -> {
          OptionalInt largest = all.getOrDefault(own, OptionalInt.empty());
          List<SoftTargetStep.Answer> runs = new ArrayList<>();
          outcome.runs().put(own, runs);
          ofExamples.forEach(step -> runs.add(ask(step, largest, outcome)));
          prepared.student().head().range().ifPresent(range -> check(range, runs, own));
          outcome
              .answers()
              .put(
                  own,
                  new TeacherAnswers(
                      runs.stream().map(SoftTargetStep.Answer::softTargets).toList(),
                      agreement,
                      own.rows().targets(),
                      prepared.outputs().task().unit()));
        });
  }

  /** Where logits are bounded there is one for each example, or few. */
  private static void check(
      Range range, List<SoftTargetStep.Answer> runs, StageExamples<?> examples) {
    try {
      for (SoftTargetStep.Answer run : runs) {
        for (int row = 0; row < run.softTargets().rows(); row++) {
          for (float target : run.softTargets().batch(row).logits().toFloats()) {
            range.checkSoftTarget(target, row);
          }
        }
      }
    } catch (ExampleException e) {
      throw examples.named(e);
    }
  }

  private List<SoftTargetStep> steps(List<ReadyTeacher> teachers, StageExamples<T> own)
      throws IOException {
    List<SoftTargetStep> steps = new ArrayList<>();
    try {
      for (ReadyTeacher teacher : teachers) {
        steps.add(
            SoftTargetStep.of(
                teacher,
                own.examples(),
                own.rows().inputs(),
                own.rows().targets(),
                prepared.outputs().task(),
                columns(),
                recipe.batching().maxLength(),
                files));
      }
    } catch (ExampleException e) {
      throw own.named(e);
    }
    return steps;
  }

  private SoftTargetStep.Answer ask(SoftTargetStep step, OptionalInt largest, Outcome outcome) {
    SoftTargetStore store =
        recipe.softTargetStore().map(SoftTargetStore::in).orElseGet(SoftTargetStore::temporary);
    outcome.stores().add(store);
    SoftTargetStep.Answer answer = step.ask(store, largest, listener::onSoftTargetProgress);
    listener.onSoftTargets(answer.run());
    return answer;
  }
}
