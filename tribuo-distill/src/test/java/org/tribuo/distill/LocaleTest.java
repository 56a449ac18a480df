package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Pooling;

/** The same bits wherever the user lives: in Turkey I is not i, in Egypt 1 is not ١. */
class LocaleTest {
  @TempDir Path folder;

  /** Teaches a student with all that gets names, and prints the digest of its weights. */
  static final class Training {
    private Training() {}

    public static void main(String[] arguments) throws Exception {
      Path teacher = Path.of(arguments[0], "teacher.onnx");
      Device oneThread = Device.cpu(1);
      try (DistilledModel<Label> model =
          DistillationTrainer.<Label>builder()
              .student(EncoderStudent.of(Zoo.file("minilm_embedding_ts14"), Pooling.MEAN))
              .device(oneThread)
              .epochs(1)
              .build()
              .train(TinyTexts.dataset(TinyTexts.labelled(24, 1)))) {
        model.exportOnnx(teacher);
      }
      OnnxTeacher teaching = OnnxTeacher.of(teacher);
      try (DistilledModel<Label> model =
          DistillationTrainer.<Label>builder()
              .student(PrunedStudent.keeping(1, OnnxStudent.of(teacher)))
              .teacher(teaching)
              .activationTeacher(teaching)
              .objective(
                  new DistillationObjective()
                      .featureTerms(new FeatureTerm("relations", new MiniLm(2), 1)))
              .softTargetStore(Path.of(arguments[0], "soft-targets"))
              .stages(TrainingStage.of(1), TrainingStage.fineTuning(1))
              .device(oneThread)
              .build()
              .train(TinyTexts.dataset(TinyTexts.labelled(24, 2)))) {
        System.out.println(
            Sha256.hex(
                Sha256.digest(
                    model.network().onnx().initializers().values().stream().map(Tensor::data)
                        ::iterator)));
        System.out.println(new Activation(Activation.Kind.HIDDEN_STATE, 12).inputName());
      }
    }
  }

  @Test
  void aStudentIsTheSameInEachLocale() throws Exception {
    List<Process> trainings = new ArrayList<>();
    for (String locale : List.of("en-US", "tr-TR", "ar-EG")) {
      trainings.add(start(locale));
    }
    List<String> printed = new ArrayList<>();
    for (Process training : trainings) {
      printed.add(new String(training.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      assertThat(training.waitFor()).as(printed.toString()).isZero();
    }
    assertThat(printed.get(0)).containsPattern("(?m)^\\p{XDigit}{64}$");
    assertThat(printed).containsOnly(printed.get(0));
  }

  private Process start(String locale) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Duser.language=" + locale.substring(0, 2),
                "-Duser.country=" + locale.substring(3),
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                Training.class.getName(),
                Files.createDirectory(folder.resolve(locale)).toString()))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
