package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.PrunedStudent.Choice;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.Pooling;

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
    Path teacher = Zoo.file("bert_seqcls_ts11");
    List<String> told = new ArrayList<>();
    DistillationTrainer<Label> trainer =
        trainer(PrunedStudent.keeping(1, OnnxStudent.of(teacher, TinyTexts.LABELS))).toBuilder()
            .teacher(OnnxTeacher.of(teacher, TinyTexts.LABELS))
            .build();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onStudent(List<String> lines) {
            told.addAll(lines);
          }
        });

    trainer.train(TEXTS).close();

    assertThat(told)
        .containsExactly(
            "Of 2 layers 1 stay.",
            "The student has 14,067 parameters in 0.1 MB, 1 layer and 16,576 operations a token.",
            "The teacher has 21,571 parameters in 0.1 MB, 2 layers and 30,912 operations a token.");
  }

  private static DistillationTrainer<Label> trainer(StudentSource student) {
    return DistillationTrainer.<Label>builder()
        .student(student)
        .epochs(1)
        .device(Device.cpu(1))
        .build();
  }
}
