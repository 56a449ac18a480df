package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.Pooling;

/** How often a whole training reads and analyses each of its files, by Java's flight recorder. */
class FilesReadOnceTest {
  private static final List<String> LABELS = List.of("red", "blue", "green");
  private static final Path TEACHER = Zoo.file("bert_seqcls_ts11");
  private static final Path OTHER = Zoo.file("minilm_embedding_ts14");

  @TempDir Path folder;

  /** Students, their files, and how many graphs are made of each for its student or teacher. */
  static Stream<Arguments> students() {
    StudentSource whole = OnnxStudent.of(TEACHER, LABELS);
    StudentSource encoder = EncoderStudent.of(OTHER, Pooling.MEAN);
    return Stream.of(
        // What both run is one graph.
        arguments("its teacher", whole, Map.of(TEACHER, 1)),
        arguments("layers of its teacher", PrunedStudent.keeping(1, whole), Map.of(TEACHER, 2)),
        arguments("an encoder", encoder, Map.of(TEACHER, 1, OTHER, 2)),
        // As it is, with a head, and without the layers that are left out.
        arguments(
            "layers of an encoder",
            PrunedStudent.keeping(1, encoder),
            Map.of(TEACHER, 1, OTHER, 3)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("students")
  void eachFileIsReadOnceAndEachGraphNormalisedOnce(
      String name, StudentSource student, Map<Path, Integer> graphs) throws IOException {
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(student)
            .teacher(OnnxTeacher.of(TEACHER, LABELS))
            .stages(TrainingStage.of(1), TrainingStage.fineTuning(1))
            .softTargetStore(folder.resolve("soft-targets"))
            .device(Device.cpu(1))
            .build();

    for (String teacher : List.of("that runs", "whose soft targets are found")) {
      Map<Path, Map<String, Integer>> counts = counted(trainer);
      assertThat(counts).as("files with a teacher %s", teacher).containsOnlyKeys(graphs.keySet());
      counts.forEach(
          (file, done) -> {
            assertThat(done.getOrDefault("READ", 0)).as("readings").isLessThanOrEqualTo(1);
            assertThat(done)
                .as("work on %s with a teacher %s", file, teacher)
                .containsEntry("NORMALIZE", graphs.get(file))
                .containsEntry("INFER_TYPES", graphs.get(file));
          });
    }
  }

  /** How often each thing was done to each file. */
  private Map<Path, Map<String, Integer>> counted(DistillationTrainer<Label> trainer)
      throws IOException {
    Path recorded = folder.resolve("training.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("org.tribuo.distill.GraphWork");
      recording.start();
      trainer.train(TinyTexts.dataset(TinyTexts.labelled(30, 1))).close();
      recording.stop();
      recording.dump(recorded);
    }
    Map<Path, Map<String, Integer>> counted = new HashMap<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(recorded)) {
      if (event.getString("file") != null) {
        counted
            .computeIfAbsent(Path.of(event.getString("file")), file -> new HashMap<>())
            .merge(event.getString("kind"), 1, Integer::sum);
      }
    }
    return counted;
  }
}
