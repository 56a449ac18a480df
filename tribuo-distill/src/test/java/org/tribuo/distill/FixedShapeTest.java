package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.input.TokenSequence;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.teacher.LabelOrder;
import org.tribuo.distill.teacher.SoftTargetProducer;
import org.tribuo.distill.teacher.SoftTargetStore;
import org.tribuo.distill.teacher.SoftTargets;
import org.tribuo.distill.teacher.Teacher;
import org.tribuo.distill.teacher.TeacherSettings;

/** Models that read two rows of eight tokens, and no others. */
class FixedShapeTest {
  private static final Path FIXED = Faults.file("static-shapes_static-2x8.onnx");

  private static DistillationBuilder<Label> builder() {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(Faults.CLASSIFIER, Faults.LABELS))
        .teacher(OnnxTeacher.of(FIXED, Faults.LABELS))
        .epochs(1)
        .session(SessionSettings.cpu(1));
  }

  /** What a teacher says of texts, by way of a store. */
  private static float[] answers(Path file, List<TokenSequence> texts) throws Exception {
    try (Teacher teacher =
            Teacher.open(TeacherSettings.of(file, new LabelOrder(Faults.LABELS)));
        SoftTargetStore store = SoftTargetStore.inMemory();
        SoftTargets targets =
            SoftTargetProducer.into(store)
                .produce(teacher, new TeacherTexts(texts, TokenInputs.of(teacher.inputs())))
                .softTargets()) {
      float[] all = new float[texts.size() * 3];
      for (int row = 0; row < texts.size(); row++) {
        targets.copyRow(row, all, row * 3);
      }
      return all;
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
        .isThrownBy(() -> trainer.train(new MutableDataset<>(Faults.source(0))))
        .withMessageContaining("the teacher '" + FIXED + "' has positions for 8");
  }
}
