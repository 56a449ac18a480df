package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.test.Helpers;

/** Classifiers that end in probabilities teach, and learn, as those that end in logits. */
class ProbabilityTeacherTest {
  private static final Path SOFTMAX = Faults.file("softmax-teacher_softmax-teacher.onnx");
  private static final MutableDataset<Label> TEXTS = new MutableDataset<>(Faults.source());

  private static DistilledModel<Label> taught(StudentSource student, Path teacher) {
    return DistillationTrainer.<Label>builder()
        .student(student)
        .teacher(OnnxTeacher.of(teacher, Faults.LABELS))
        .objective(new DistillationObjective().alpha(1))
        .epochs(2)
        .optimizer(new AdamWOptimizer().learningRate(1e-3f))
        .device(Device.cpu(1))
        .build()
        .train(TEXTS);
  }

  private static StudentSource half(Path whole) {
    return PrunedStudent.keeping(1, OnnxStudent.of(whole, Faults.LABELS));
  }

  @Test
  void aStudentOfASoftmaxLearnsWhatTheStudentOfItsLogitsLearns() {
    try (DistilledModel<Label> ofLogits = taught(half(Faults.CLASSIFIER), Faults.CLASSIFIER);
        DistilledModel<Label> ofSoftmax = taught(half(Faults.CLASSIFIER), SOFTMAX)) {
      assertThat(equal(ofSoftmax, ofLogits)).isTrue();
    }
  }

  @Test
  void aStudentThatEndsInASoftmaxIsTrainedOnItsLogits(@TempDir Path folder) throws Exception {
    Path exported = folder.resolve("student.onnx");
    try (DistilledModel<Label> ofLogits = taught(half(Faults.CLASSIFIER), Faults.CLASSIFIER);
        DistilledModel<Label> ofSoftmax = taught(half(SOFTMAX), SOFTMAX)) {
      assertThat(equal(ofSoftmax, ofLogits)).isTrue();
      ofSoftmax.exportOnnx(exported);
      try (DistilledModel<Label> ofStudent = taught(OnnxStudent.of(exported), exported)) {
        assertThat(ofStudent.network().logits()).containsExactly("inner_logits");
      }
    }
    assertThat(Graph.of(OnnxModel.read(exported)).outputs())
        .containsExactly("logits", "inner_logits");
  }

  @Test
  void probabilitiesWhoseLogitsAreNotFoundAreRefused(@TempDir Path folder) throws Exception {
    Graph graph = Graph.of(OnnxModel.read(SOFTMAX));
    Normalization.apply(graph);
    Ops op = Ops.on(graph);
    Value probabilities = graph.value("logits");
    Value same = op.add(op.mul(probabilities, 0.5), op.mul(probabilities, 0.5));
    graph.removeOutput("logits");
    graph.addOutput(same.name());
    Path teacher = folder.resolve("teacher.onnx");
    graph.toModel().write(teacher);

    assertThatThrownBy(() -> taught(half(Faults.CLASSIFIER), teacher))
        .isInstanceOf(TeacherException.class)
        .hasMessageContaining(teacher.toString())
        .hasMessageContaining("holds probabilities, which add up to 1 in each row")
        .hasMessageContaining("export the model without its softmax");
  }

  @Test
  void theValuesOfARegressionAreTakenAsTheyAre() {
    RegressionFactory regression = new RegressionFactory();
    Regressor shares = regression.generateOutput("card=0.5,pin=0.2,rate=0.3");
    List<Example<Regressor>> texts =
        TEXTS.getData().stream().map(text -> TinyTexts.withOutput(text, shares)).toList();
    try (DistilledModel<Regressor> model =
        DistillationTrainer.<Regressor>builder()
            .student(OnnxStudent.of(SOFTMAX, Faults.LABELS))
            .teacher(OnnxTeacher.of(SOFTMAX, Faults.LABELS))
            .epochs(1)
            .device(Device.cpu(1))
            .build()
            .train(TinyTexts.dataset(texts, regression))) {
      assertThat(model.network().logits()).containsExactly("logits");
      double[] values = model.predict(texts.get(0)).getOutput().getValues();
      assertThat(values[0] + values[1] + values[2]).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void aTeacherIsAModelToo() throws Exception {
    try (DistilledModel<Label> ofLogits =
            DistilledModel.of(
                OnnxTeacher.of(Faults.CLASSIFIER, Faults.LABELS), new LabelFactory());
        DistilledModel<Label> ofSoftmax =
            DistilledModel.of(OnnxTeacher.of(SOFTMAX, Faults.LABELS), new LabelFactory());
        DistilledModel<Label> fixed =
            DistilledModel.of(
                OnnxTeacher.of(Faults.file("static-shapes_static-2x8.onnx"), Faults.LABELS),
                new LabelFactory());
        DistilledModel<Label> bytes =
            DistilledModel.of(
                OnnxTeacher.of(Faults.file("int8_classifier-int8.onnx"), Faults.LABELS),
                new LabelFactory())) {
      assertThat(equal(ofSoftmax, ofLogits)).isTrue();
      assertThat(fixed.maxLength()).isEqualTo(8);
      MutableDataset<Label> cut = new MutableDataset<>(Faults.source(8));
      assertThat(new LabelEvaluator().evaluate(fixed, cut).accuracy()).isBetween(0.0, 1.0);
      assertThat(new LabelEvaluator().evaluate(bytes, TEXTS).accuracy()).isBetween(0.0, 1.0);
      Helpers.testProvenanceMarshalling(ofLogits.getProvenance());
      assertThat(ofLogits.getOutputIDInfo().size()).isEqualTo(3);
    }
  }

  private static boolean equal(DistilledModel<Label> one, DistilledModel<Label> other) {
    List<Prediction<Label>> first = one.predict(TEXTS);
    return Helpers.predictionListDistributionEquals(first, other.predict(TEXTS));
  }
}
