package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.create.NewEncoder;

/** Models whose weights are larger than Java's heap. */
@Tag("slow")
class HeapTest {
  @TempDir Path folder;

  /** Fine-tunes a teacher of 142 MB, teaches a student with it, saves both and reads them again. */
  static final class Everything {
    private Everything() {}

    public static void main(String[] arguments) throws Exception {
      Path folder = Path.of(arguments[0]);
      Device oneThread = Device.cpu(1);
      Path encoder = folder.resolve("encoder.onnx");
      Path teacher = folder.resolve("teacher.onnx");
      try (DistilledModel<Label> model =
          DistillationTrainer.<Label>builder()
              .student(EncoderStudent.of(encoder, Pooling.MEAN))
              .epochs(1)
              .device(oneThread)
              .build()
              .train(TinyTexts.dataset(TinyTexts.labelled(12, 1)))) {
        model.exportOnnx(teacher);
        model.serializeToFile(folder.resolve("teacher.tribuo"));
      }
      try (DistilledModel<Label> model =
          DistillationTrainer.<Label>builder()
              .student(PrunedStudent.keeping(2, OnnxStudent.of(teacher)))
              .teacher(OnnxTeacher.of(teacher))
              .epochs(1)
              .device(oneThread)
              .build()
              .train(TinyTexts.dataset(TinyTexts.labelled(12, 2)))) {
        model.serializeToFile(folder.resolve("student.tribuo"));
      }
      try (DistilledModel<?> read = DistilledModel.read(folder.resolve("teacher.tribuo"))) {
        System.out.println(
            read.castModel(Label.class).predict(TinyTexts.labelled(3, 3)).size() + " predictions");
      }
    }
  }

  @Test
  void weightsNeedNoRoomAmongJavasObjects() throws Exception {
    new NewEncoder(101, 64, 5, 768, 12, 3072).make(1).write(folder.resolve("encoder.onnx"));
    assertThat(Files.size(folder.resolve("encoder.onnx"))).isGreaterThan(140_000_000);

    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx96m",
                    "-XX:MaxDirectMemorySize=256m",
                    "-XX:+UseSerialGC",
                    "-Dslf4j.internal.verbosity=ERROR",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Everything.class.getName(),
                    folder.toString()))
            .redirectErrorStream(true)
            .start();
    String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).as(printed).isZero();
    assertThat(printed).contains("3 predictions");
  }
}
