package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.text.Tokens;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.internal.Transformer;

/** Models that are given the positions of the tokens. */
class PositionInputTest {
  private static final MutableDataset<Label> TEXTS = new MutableDataset<>(Faults.source());

  @TempDir Path folder;

  /** The classifier with an input in the place of the positions that it counts itself. */
  private Path told(String input, ElementType type) throws Exception {
    Graph graph = Graph.of(OnnxModel.read(Faults.CLASSIFIER));
    graph.addInput(
        input, TensorType.of(type, Shape.of(Dimension.of("batch"), Dimension.of("sequence"))));
    graph.replaceUses("position_numbers", input);
    graph.removeUnused();
    Path file = folder.resolve("told.onnx");
    graph.toModel().write(file);
    return file;
  }

  private static DistilledModel<Label> taught(Path student, Path teacher) {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(student, Faults.LABELS))
        .teacher(OnnxTeacher.of(teacher, Faults.LABELS))
        .epochs(2)
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1))
        .build()
        .train(TEXTS);
  }

  @ParameterizedTest
  @EnumSource(names = {"INT64", "INT32"})
  void theyLearnAndTeachAsThoseThatCountThemselves(ElementType type) throws Exception {
    Path told = told("position_ids", type);
    try (DistilledModel<Label> expected = taught(Faults.CLASSIFIER, Faults.CLASSIFIER);
        DistilledModel<Label> model = taught(told, told)) {
      assertThat(model.maxLength()).isEqualTo(32);
      TEXTS.forEach(
          text ->
              assertThat(model.predict(text).distributionEquals(expected.predict(text), 1e-4))
                  .isTrue());
    }
  }

  @Test
  void theTablesRowsAreTheLimit() throws Exception {
    Transformer model = Transformer.of(OnnxModel.read(told("position_ids", ElementType.INT64)));
    assertThat(new Tokens().readerOfTrained(model, OptionalInt.empty(), 0).maxLength())
        .isEqualTo(32);
  }

  @Test
  void anInputThatTokensDoNotTellIsRefusedByName() throws Exception {
    Path bbox = told("bbox", ElementType.INT64);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> taught(Faults.CLASSIFIER, bbox))
        .withMessageStartingWith("The teacher '" + bbox + "': The model's input 'bbox' ")
        .withMessageContaining("cannot be made from tokens, only [input_ids, attention_mask")
        .withMessageContaining("export the model without that input");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> taught(bbox, Faults.CLASSIFIER))
        .withMessageContaining("The model's input 'bbox' ");
  }
}
