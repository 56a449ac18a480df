package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.student.CosineHead;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.PrunedStudent.Choice;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.SeveralTeachers;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;

/** Students of which examples decide what they are made of. */
class StudentByExamplesTest {
  private static final MutableDataset<Label> TEXTS = TinyTexts.dataset(TinyTexts.labelled(24, 1));

  @Test
  void layersAreChosenByTheExamplesOfTheTraining() {
    List<String> told = new ArrayList<>();
    DistillationTrainer<Label> trainer =
        trainer(
            PrunedStudent.keeping(
                    1,
                    Choice.INFLUENCE,
                    EncoderStudent.of(Zoo.file("minilm_embedding_ts14"), Pooling.MEAN))
                .sample(16));
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onStudent(List<String> lines) {
            told.addAll(lines);
          }
        });

    trainer.checkExamples(TEXTS);
    try (DistilledModel<Label> model = trainer.train(TEXTS);
        DistilledModel<Label> again = trainer.train(TEXTS, Map.of(), 0)) {
      assertThat(told).hasSize(4);
      assertThat(told.get(0)).startsWith("Of 2 layers ").contains("the influence of each is 0.");
      assertThat(told.get(1))
          .matches("The student has .* MB, 1 layer and .* operations a token\\.");
      assertThat(told.subList(2, 4)).isEqualTo(told.subList(0, 2));
      assertThat(model.getProvenance().getInstanceProvenance().getMap().get("student"))
          .hasToString(told.get(0));
      assertThat(model.network().onnx().initializers())
          .isEqualTo(again.network().onnx().initializers());
    }
  }

  @Test
  void theSizeOfAStudentIsToldBesideThatOfItsTeacher() {
    assertThat(toldWith(Zoo.file("bert_seqcls_ts11")))
        .containsExactly(
            "Of 2 layers 1 stay.",
            "The student has 14,067 parameters in 0.1 MB, 1 layer and 16,576 operations a token.",
            "The teacher has 21,571 parameters in 0.1 MB, 2 layers and 30,912 operations a token.");
  }

  /** Its rows are divided by their lengths before they are multiplied. */
  @Test
  void aHeadOfCosinesCountsAsALinearOne() {
    StudentSource encoder =
        EncoderStudent.of(Zoo.file("minilm_embedding_ts14"), Pooling.MEAN)
            .withHead(new CosineHead());

    assertThat(told(trainer(PrunedStudent.keeping(1, encoder))))
        .last()
        .asString()
        .endsWith(" 1 layer and 14,528 operations a token.");
  }

  @Test
  void eachOfSeveralTeachersHasANumber() {
    List<String> told =
        toldWith(
            SeveralTeachers.of(
                OnnxTeacher.of(Zoo.file("bert_seqcls_ts11"), TinyTexts.LABELS),
                OnnxTeacher.of(Zoo.file("roberta_seqcls_ts14"), TinyTexts.LABELS)));

    assertThat(told.get(2)).startsWith("Teacher 1 has 21,571 parameters");
    assertThat(told.get(3)).startsWith("Teacher 2 has ");
  }

  /** It teaches all the same. */
  @Test
  void theSizeOfATeacherWhoseGraphIsNotUnderstoodIsNotTold(@TempDir Path folder) throws Exception {
    Path teacher = folder.resolve("teacher.onnx");
    withListOfNoAxes(Zoo.model("roberta_seqcls_ts14")).write(teacher);

    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(() -> Transformer.of(OnnxModel.read(teacher)).normalized())
        .withMessageContaining("has an empty list of axes");
    assertThat(toldWith(teacher))
        .hasSize(2)
        .last()
        .asString()
        .startsWith("The student has 14,067 parameters");
  }

  /** A model that adds zeros to its logits, which runtimes read in two ways. */
  private static OnnxModel withListOfNoAxes(OnnxModel model) {
    Graph graph = Graph.of(model);
    String zeros = graph.setInitializer("zeros", Tensor.of(new float[3], 1, 3)).name();
    String axes = graph.setInitializer("no_axes", Tensor.of(new long[0], 0)).name();
    TensorType any = TensorType.ofUnknownRank(ElementType.FLOAT);
    graph.add(Node.ONNX, "Squeeze", Attributes.NONE, List.of(zeros, axes), Map.of("squeezed", any));
    graph.add(
        Node.ONNX, "Add", Attributes.NONE, List.of("logits", "squeezed"), Map.of("sums", any));
    graph.removeOutput("logits");
    graph.addOutput("sums");
    return graph.toModel();
  }

  /** What is told of the student of one layer of a classifier. */
  private static List<String> toldWith(Path teacher) {
    return toldWith(OnnxTeacher.of(teacher, TinyTexts.LABELS));
  }

  private static List<String> toldWith(TeacherSource teacher) {
    StudentSource whole = OnnxStudent.of(Zoo.file("bert_seqcls_ts11"), TinyTexts.LABELS);
    return told(trainer(PrunedStudent.keeping(1, whole)).toBuilder().teacher(teacher).build());
  }

  private static List<String> told(DistillationTrainer<Label> trainer) {
    List<String> told = new ArrayList<>();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onStudent(List<String> lines) {
            told.addAll(lines);
          }
        });
    trainer.train(TEXTS).close();
    return told;
  }

  private static DistillationTrainer<Label> trainer(StudentSource student) {
    return DistillationTrainer.<Label>builder()
        .student(student)
        .epochs(1)
        .device(Device.cpu(1))
        .build();
  }
}
