package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.internal.SoftTargetProducer;
import org.tribuo.distill.teacher.internal.Teacher;
import org.tribuo.distill.teacher.internal.TeacherExamples;
import org.tribuo.distill.teacher.internal.TeacherSettings;
import org.tribuo.distill.teacher.internal.store.SoftTargetStore;
import org.tribuo.distill.teacher.internal.store.SoftTargets;

/** Models that read two rows of eight tokens, and no others. */
class FixedShapeTest {
  private static final Path FIXED = Faults.file("static-shapes_static-2x8.onnx");

  private static DistillationTrainer.Builder<Label> builder() {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(Faults.CLASSIFIER, Faults.LABELS))
        .teacher(OnnxTeacher.of(FIXED, Faults.LABELS))
        .epochs(1)
        .device(Device.cpu(1));
  }

  /** What a teacher says of texts, by way of a store. */
  private static float[] answers(Path file, List<TokenSequence> texts) throws Exception {
    try (Teacher teacher = Teacher.open(TeacherSettings.of(file, new LabelOrder(Faults.LABELS)));
        SoftTargetStore store = SoftTargetStore.temporary();
        SoftTargets targets =
            SoftTargetProducer.into(store)
                .produce(
                    teacher,
                    new TeacherExamples(FedInputs.of(TinyTexts.inputs(texts), teacher.inputs())))
                .softTargets()) {
      return targets.batch(IntStream.range(0, texts.size()).toArray()).logits().toFloats();
    }
  }

  @Test
  void theTeachersBatchesAreFilledUp() throws Exception {
    List<TokenSequence> texts = new ArrayList<>();
    Faults.source(8).forEach(text -> texts.add(Faults.TOKENS.read(text)));
    List<TokenSequence> odd = texts.subList(0, 9);

    float[] all = answers(FIXED, odd);

    for (int row = 0; row < odd.size(); row++) {
      float[] alone = answers(FIXED, List.of(odd.get(row)));
      for (int column = 0; column < 3; column++) {
        assertThat(all[row * 3 + column]).isCloseTo(alone[column], within(1e-5f));
      }
    }
    assertThat(all).isNotEqualTo(new float[27]);
  }

  @Test
  void itTeaches() {
    try (DistilledModel<Label> model =
        builder().build().train(new MutableDataset<>(Faults.source(8)))) {
      assertThat(model.maxLength()).isEqualTo(8);
    }
  }

  @Test
  void longerTextsAreRefusedBeforeItIsAsked() {
    DistillationTrainer<Label> trainer = builder().build();
    trainer.setListener(new NoTeacherIsAsked());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(new MutableDataset<>(Faults.source())))
        .withMessageContaining("the teacher '" + FIXED + "' has positions for 8");
  }

  private static DistilledModel<Label> trained(Path student) {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(student, Faults.LABELS))
        .epochs(2)
        .batching(new Batching().batchSize(5))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1))
        .build()
        .train(new MutableDataset<>(Faults.source(8)));
  }

  @Test
  void aStudentIsTrainedWithBatchesOfAnySize(@TempDir Path folder) throws Exception {
    MutableDataset<Label> texts = new MutableDataset<>(Faults.source(8));
    Path written = folder.resolve("written.onnx");
    withSizesWrittenIn(OnnxModel.read(FIXED)).write(written);
    Path any = folder.resolve("any.onnx");
    withAnyBatch(OnnxModel.read(FIXED)).write(any);
    try (DistilledModel<Label> expected = trained(any);
        DistilledModel<Label> fixed = trained(FIXED);
        DistilledModel<Label> ofWritten = trained(written)) {
      for (Example<Label> text : texts) {
        Prediction<Label> prediction = expected.predict(text);
        assertThat(fixed.predict(text).distributionEquals(prediction, 1e-5)).isTrue();
        assertThat(ofWritten.predict(text).distributionEquals(prediction, 1e-5)).isTrue();
      }
      fixed.exportOnnx(any);
      assertThat(Feeder.fixedRows(Graph.of(OnnxModel.read(any)).inputs())).isEmpty();
    }
  }

  @Test
  void aStudentThatComputesSomethingElseForOtherBatchesIsRefused(@TempDir Path folder)
      throws Exception {
    Path tied = folder.resolve("tied.onnx");
    Graph graph = Graph.of(OnnxModel.read(FIXED));
    Normalization.apply(graph);
    Ops op = Ops.on(graph);
    Value mean = op.add(graph.value("logits"), op.reduceMeanKeep(graph.value("logits"), 0));
    graph.removeOutput("logits");
    graph.addOutput(mean.name());
    graph.toModel().write(tied);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trained(tied))
        .withMessageStartingWith("The student reads exactly 2 examples at a time, and its graph")
        .withMessageEndingWith("export it again with a batch of any size");
  }

  /** As exporters write sizes into a graph that is traced. */
  private static OnnxModel withSizesWrittenIn(OnnxModel model) {
    Graph graph = Graph.of(model);
    graph.setInitializer("split", Tensor.vector(2, 8, 2, 8));
    graph.setInitializer("join", Tensor.vector(2, 8, 16));
    return graph.toModel();
  }

  private static OnnxModel withAnyBatch(OnnxModel model) {
    Graph graph = Graph.of(model);
    Shape shape = Shape.of(Dimension.of("batch"), Dimension.of(8));
    List.copyOf(graph.inputs().keySet())
        .forEach(name -> graph.addInput(name, TensorType.of(ElementType.INT32, shape)));
    graph.setType(
        "logits",
        TensorType.of(ElementType.FLOAT, Shape.of(Dimension.of("batch"), Dimension.of(3))));
    return graph.toModel();
  }
}
