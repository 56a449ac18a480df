package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.dataset.DatasetView;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.SingleLabel;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.internal.ReadyOnnxTeacher;
import org.tribuo.distill.teacher.internal.SoftTargetStep;
import org.tribuo.distill.teacher.internal.TeacherExamples;
import org.tribuo.distill.teacher.internal.TeacherReading;
import org.tribuo.distill.teacher.internal.TeacherUse;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.evaluation.TrainTestSplitter;
import org.tribuo.test.Helpers;

/** What a model reads of a text is what it read of it in training. */
class MaxLengthTest {
  private static final int MOST = 7;
  private static final String LONG =
      "please block my card as the pin of it is wrong and it is lost";

  private static DistillationTrainer.Builder<Label> builder() {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(Faults.CLASSIFIER, Faults.LABELS))
        .epochs(1)
        .device(Device.cpu(1));
  }

  private static int lengthOf(Dataset<Label> texts) {
    try (DistilledModel<Label> model = builder().build().train(texts)) {
      return model.maxLength();
    }
  }

  @Test
  void theModelReadsTextsAsLongAsThoseOfItsDataset() {
    CsvTextDataSource<Label> source = Faults.source(MOST);
    MutableDataset<Label> texts = new MutableDataset<>(source);

    assertThat(lengthOf(texts)).isEqualTo(MOST);
    assertThat(lengthOf(new MutableDataset<>(new TrainTestSplitter<>(source, 0.8, 1).getTrain())))
        .isEqualTo(MOST);
    assertThat(lengthOf(DatasetView.createView(texts, example -> true, "all"))).isEqualTo(MOST);
    assertThat(lengthOf(new MutableDataset<>(Faults.source())))
        .as("512, of which the student has 32")
        .isEqualTo(32);
  }

  @Test
  void theTrainersOwnLengthGoesFirst() {
    try (DistilledModel<Label> model =
        builder()
            .batching(new Batching().maxLength(20))
            .build()
            .train(new MutableDataset<>(Faults.source(MOST)))) {
      assertThat(model.maxLength()).isEqualTo(20);
      Map<String, ?> run = model.getProvenance().getInstanceProvenance().getMap();
      assertThat(run.get("max-length")).hasToString("20");
    }
  }

  @Test
  void textsOfWhichNothingIsSaidMayBeAsLongAsTheStudentHasPositions() {
    Dataset<Label> read = new MutableDataset<>(Faults.source(MOST));
    assertThat(lengthOf(TinyTexts.dataset(read.getData()))).isEqualTo(32);
  }

  @Test
  void everyFormInWhichItIsSavedKeepsTheLength(@TempDir Path folder) throws Exception {
    Path proto = folder.resolve("student.tribuo");
    Path onnx = folder.resolve("student.onnx");
    try (DistilledModel<Label> model =
        builder()
            .batching(new Batching().padId(3))
            .build()
            .train(new MutableDataset<>(Faults.source(MOST)))) {
      Helpers.testProvenanceMarshalling(model.getProvenance());
      model.serializeToFile(proto);
      model.exportOnnx(onnx);
      try (DistilledModel<?> read = (DistilledModel<?>) Model.deserializeFromFile(proto)) {
        assertThat(read.maxLength()).isEqualTo(MOST);
      }
    }
    OnnxModel exported = OnnxModel.read(onnx);
    assertThat(OnnxMetadata.maxLength(exported)).hasValue(MOST);
    assertThat(OnnxMetadata.padId(exported)).hasValue(3);
    assertThat(OnnxMetadata.logits(exported)).contains("logits");
    TeacherReading asTeacher =
        TeacherReading.of(onnx, exported, Optional.empty(), Optional.empty());
    assertThat(asTeacher.maxLength()).hasValue(MOST);
    assertThat(asTeacher.padId()).isEqualTo(3);
    TeacherReading stated = TeacherReading.of(onnx, exported, Optional.empty(), Optional.of(0));
    assertThat(stated.padId()).as("0 is a token as any other is").isZero();
  }

  @Test
  void aLongerTextIsRefusedWithTheLengthToSet() throws Exception {
    try (DistilledModel<Label> model =
        builder().build().train(new MutableDataset<>(Faults.source(MOST)))) {
      assertThat(model.predict(example(model.maxLength())).getOutput()).isNotNull();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(example(12)))
          .withMessage(
              "The text has a token at position 7, the model reads texts of at most 7 tokens; set"
                  + " the tokenizer's maximum length to that");
    }
  }

  @Test
  void aTeacherWithATokenizerOfItsOwnCutsTextsAsItsTrainingDid(@TempDir Path folder)
      throws Exception {
    Path teacher = folder.resolve("teacher.onnx");
    try (DistilledModel<Label> model =
        builder().build().train(new MutableDataset<>(Faults.source(MOST)))) {
      model.exportOnnx(teacher);
    }
    Example<Label> text = example(20);
    new RawText(LONG, Optional.empty()).keepIn(text);
    MutableDataset<Label> examples = TinyTexts.dataset(List.of(text, text));
    OnnxTeacher source = OnnxTeacher.of(teacher).reading(Faults.TOKENIZER);
    ReadyOnnxTeacher ready =
        (ReadyOnnxTeacher)
            source
                .ready(
                    new TeacherUse(
                        Device.cpu(1),
                        new SingleLabel(),
                        OptionalInt.empty(),
                        new TransformerFiles()))
                .orElseThrow();
    assertThat(ready.reading().maxLength()).hasValue(MOST);
    SoftTargetStep step =
        SoftTargetStep.of(
            ready,
            examples,
            TinyTexts.inputs(List.of()),
            Targets.of(Tensor.vector(0), Tensor.of(new float[] {1}, 1)),
            new SingleLabel(),
            new LabelOrder(Faults.LABELS),
            OptionalInt.empty(),
            new TransformerFiles());
    assertThat(((TeacherExamples) step.teacher().inputs()).fed().examples().lengths())
        .containsOnly(MOST);
    step.teacher().source().close();
  }

  @Test
  void aLengthThatIsNoNumberIsRefused() throws Exception {
    OnnxModel model = OnnxModel.read(Faults.CLASSIFIER);
    assertThat(OnnxMetadata.maxLength(model)).isEqualTo(OptionalInt.empty());
    assertThatThrownBy(
            () -> OnnxMetadata.maxLength(model.withMetadata(Map.of("TRIBUO_MAX_LENGTH", "-7"))))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "The metadata 'TRIBUO_MAX_LENGTH' is '-7', expected a whole number of 1 or more");
  }

  private static Example<Label> example(int length) throws Exception {
    try (TextTokenizer tokenizer = TextTokenizer.open(Faults.TOKENIZER, length)) {
      return tokenizer.encode(LONG).toExample(LabelFactory.UNKNOWN_LABEL);
    }
  }
}
