package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.ort.RunningGraph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.internal.BatchLimits;
import org.tribuo.distill.teacher.internal.Teacher;
import org.tribuo.distill.teacher.internal.TeacherBatch;
import org.tribuo.distill.teacher.internal.TeacherExamples;
import org.tribuo.distill.teacher.internal.TeacherSettings;

/** A quantised model can be run, so it can teach; it cannot learn. */
class QuantisedTeacherTest {
  private static final MutableDataset<Label> TEXTS = new MutableDataset<>(Faults.source());

  private static DistilledModel<Label> taught(StudentSource student, Path teacher) {
    return DistillationTrainer.<Label>builder()
        .student(student)
        .teacher(OnnxTeacher.of(teacher, Faults.LABELS))
        .epochs(1)
        .device(Device.cpu(1))
        .build()
        .train(TEXTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8_classifier-int8.onnx", "qdq_classifier.onnx"})
  void itTeaches(String teacher) {
    try (DistilledModel<Label> model =
        taught(OnnxStudent.of(Faults.CLASSIFIER, Faults.LABELS), Faults.file(teacher))) {
      assertThat(model.labelOrder()).isEqualTo(Faults.LABELS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8_classifier-int8.onnx", "qdq_classifier.onnx"})
  void itSaysWhatTheFileSays(String name) throws Exception {
    Path file = Faults.file(name);
    List<TokenSequence> texts = new ArrayList<>();
    TEXTS.forEach(text -> texts.add(Faults.TOKENS.read(text)));
    try (Teacher teacher =
            Teacher.open(
                TeacherSettings.of(file, new LabelOrder(Faults.LABELS)).withDevice(Device.cpu(1)));
        RunningGraph asItIs = RunningGraph.of(OnnxModel.read(file))) {
      TeacherExamples rows =
          new TeacherExamples(FedInputs.of(TinyTexts.inputs(texts), teacher.inputs()));
      for (TeacherBatch batch : rows.batches(0, texts.size(), new BatchLimits(8, 1000))) {
        Tensor expected = Objects.requireNonNull(asItIs.run(batch.inputs()).get("logits"));
        List<float[]> asTheyAre = RowShape.of(Faults.LABELS.size()).cut(expected, batch.lengths());
        assertThat(teacher.logits(batch)).usingRecursiveComparison().isEqualTo(asTheyAre);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8_classifier-int8.onnx", "qdq_classifier.onnx"})
  void noStudentCanBeCutOutOfIt(String name) {
    Path file = Faults.file(name);
    OnnxStudent whole = OnnxStudent.of(file, Faults.LABELS);
    assertThatThrownBy(() -> taught(PrunedStudent.keeping(1, whole), file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining(
            file + ") has quantised weights, the first is 'embeddings.word.weight")
        .hasMessageContaining("no layers can be cut out of it")
        .hasMessageContaining("the quantised one can be the teacher");
  }

  @Test
  void itDoesNotLearnThroughDynamicScales() {
    Path file = Faults.file("int8_classifier-int8.onnx");
    assertThatThrownBy(() -> taught(OnnxStudent.of(file, Faults.LABELS), file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("DynamicQuantizeLinear");
  }

  @Test
  void intermediateActivationsAreNotCompared() {
    Path file = Faults.file("int8_classifier-int8.onnx");
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(OnnxStudent.of(Faults.CLASSIFIER, Faults.LABELS))
            .teacher(OnnxTeacher.of(file, Faults.LABELS))
            .objective(
                new DistillationObjective()
                    .featureTerms(new FeatureTerm("relations", new MiniLm(2), 1)))
            .device(Device.cpu(1))
            .build();
    assertThatThrownBy(() -> trainer.train(TEXTS))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("The teacher '" + file + "' has quantised weights")
        .hasMessageContaining("compare its logits only");
  }
}
