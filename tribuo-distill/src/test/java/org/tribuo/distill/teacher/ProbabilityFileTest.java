package org.tribuo.distill.teacher;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.PerceptronStudent;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.test.Helpers;

class ProbabilityFileTest {
  @TempDir private Path folder;

  @Test
  void rowsAreInTheOrderOfTheExamples() throws Exception {
    Path file =
        table("right,left", IntStream.range(0, 40).mapToObj(i -> i % 2 == 0 ? "0,1" : "1,0"));
    try (DistilledModel<Label> student =
        trainer(ProbabilityFile.of(file), 40).train(unlabelled(40))) {
      assertThat(student.predict(example(-1, "0")).getOutput().getLabel()).isEqualTo("left");
      assertThat(student.predict(example(1, "1")).getOutput().getLabel()).isEqualTo("right");
    }
  }

  @Test
  void rowsAreFoundByIds() throws Exception {
    Path file =
        table(
            "id,left,right",
            IntStream.iterate(49, i -> i >= 0, i -> i - 1)
                .mapToObj(i -> i + (i % 2 == 0 ? ",4,-4" : ",-4,4")));
    ProbabilityFile teacher =
        ProbabilityFile.of(file, ProbabilityFile.Contents.LOGITS).withIds("id", Example.NAME);
    try (DistilledModel<Label> student = trainer(teacher, 40).train(unlabelled(40))) {
      assertThat(student.predict(example(-1, "0")).getOutput().getLabel()).isEqualTo("left");
      assertThat(student.predict(example(1, "1")).getOutput().getLabel()).isEqualTo("right");
    }
    Helpers.testConfigurableRoundtrip(trainer(teacher, 1));
    Helpers.testProvenanceMarshalling(trainer(teacher, 1).getProvenance());
    assertThatThrownBy(() -> trainer(teacher, 1).train(unlabelled(60)))
        .hasMessage("Example 50 is '50', of which the teacher '%s' has no row".formatted(file));
    assertThatThrownBy(() -> trainer(teacher.withIds("id", "number"), 1).train(unlabelled(40)))
        .hasMessageContaining("Example 0 has no metadata 'number'");
  }

  /** Tribuo's shuffling changes the order in which examples come, not their numbers. */
  @Test
  void rowsAreFoundByIdsInAnyOrder() throws Exception {
    Path file =
        table(
            "id,left,right",
            IntStream.range(0, 40).mapToObj(i -> i + (i % 2 == 0 ? ",1,0" : ",0,1")));
    MutableDataset<Label> shuffled = unlabelled(40);
    shuffled.shuffle(true);
    ProbabilityFile teacher = ProbabilityFile.of(file).withIds("id", Example.NAME);
    try (DistilledModel<Label> student = trainer(teacher, 40).train(shuffled)) {
      assertThat(student.predict(example(-1, "0")).getOutput().getLabel()).isEqualTo("left");
      assertThat(student.predict(example(1, "1")).getOutput().getLabel()).isEqualTo("right");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "left,right;0.5,NaN;has NaN for row 3 (line 5), 'right', expected a probability from 0 to 1",
        "left,right;1.5,-0.5;has 1.5 for row 3 (line 5), 'left', expected a probability from 0 to 1",
        "left,right;0.5,0.6;has probabilities that add up to 1.1 for row 3 (line 5), expected 1",
        "left,right;0.5;Line 5 of %s has 1 cells, expected 2: [left, right]",
        "left,right;0.5,half;Line 5 of %s has 'half' in column 'right', expected a number",
        ",left,right;0,0.5,0.5;The first line of %s does not name the columns",
        "left,left;0.5,0.5;names 'left' twice, at columns 0 and 1",
        "left,up;0.5,0.5;missing in the teacher [right]",
        "left,right;0.5,0.5;has 5 rows for 6 examples, expected one for each",
      })
  void badInputIsNamed(String header, String row, String message) throws Exception {
    Path file = table(header, Stream.of("1,0", "0,1", "1,0", row, "1,0"));
    int examples = message.contains("6 examples") ? 6 : 5;
    MutableDataset<Label> labelled = labelled(examples);
    assertThatThrownBy(() -> trainer(ProbabilityFile.of(file), 1).train(labelled))
        .hasStackTraceContaining(message.formatted(file));
  }

  @Test
  void emptyFilesAndMissingColumnsAreNamed() throws Exception {
    Path empty = Files.writeString(folder.resolve("empty.csv"), "left,right\n");
    assertThatThrownBy(() -> trainer(ProbabilityFile.of(empty), 1).train(labelled(5)))
        .hasStackTraceContaining("%s has no rows".formatted(empty));
    Path file = table("left,right", Stream.of("1,0"));
    assertThatThrownBy(
            () ->
                trainer(ProbabilityFile.of(file).withIds("id", Example.NAME), 1).train(labelled(5)))
        .hasStackTraceContaining("has no column 'id', expected one of [left, right]");
    Path twice = table("id,left,right", Stream.of("a,1,0", "a,0,1"));
    assertThatThrownBy(
            () ->
                trainer(ProbabilityFile.of(twice).withIds("id", Example.NAME), 1)
                    .train(labelled(5)))
        .hasStackTraceContaining("Lines 2 and 3 of %s are both of 'a'".formatted(twice));
  }

  @ParameterizedTest
  @CsvSource({
    "77, 0.0126, true",
    "77, 0.0136, false",
    "1000, 0.00109, true",
    "1000, 0.0012, false"
  })
  void eachOfManyClassesMayBeRounded(int classes, double each, boolean taken) throws Exception {
    String names = IntStream.range(0, classes).mapToObj(i -> "c" + i).collect(joining(","));
    String row =
        Stream.generate(() -> each).limit(classes).map(String::valueOf).collect(joining(","));
    ProbabilityFile teacher = ProbabilityFile.of(table(names, Stream.generate(() -> row).limit(4)));
    if (taken) {
      trainer(teacher, 1).train(unlabelled(4)).close();
    } else {
      assertThatThrownBy(() -> trainer(teacher, 1).train(unlabelled(4)))
          .isInstanceOf(TeacherException.class)
          .hasMessageContaining("add up to");
    }
  }

  @Test
  void aFileThatWasDeletedIsNamed() throws Exception {
    DistillationTrainer<Label> trainer =
        trainer(ProbabilityFile.of(table("left,right", Stream.of("1,0"))), 1);
    Files.delete(folder.resolve("table.csv"));

    assertThatThrownBy(() -> trainer.train(labelled(1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("%s cannot be read".formatted(folder.resolve("table.csv")))
        .hasMessageContaining("put it back");
  }

  private static DistillationTrainer<Label> trainer(TeacherSource teacher, int epochs) {
    return DistillationTrainer.<Label>builder()
        .student(PerceptronStudent.of(1, 4))
        .teacher(teacher)
        .objective(new DistillationObjective().temperature(1))
        .optimizer(new AdamWOptimizer().learningRate(3e-2f))
        .epochs(epochs)
        .device(Device.cpu(1))
        .build();
  }

  private Path table(String header, Stream<String> rows) throws Exception {
    return Files.writeString(
        folder.resolve("table.csv"), header + "\n" + String.join("\n", rows.toList()) + "\n");
  }

  private static MutableDataset<Label> unlabelled(int count) {
    return dataset(count, i -> LabelFactory.UNKNOWN_LABEL);
  }

  private static MutableDataset<Label> labelled(int count) {
    return dataset(count, i -> new Label(i % 2 == 0 ? "left" : "right"));
  }

  private static MutableDataset<Label> dataset(int count, IntFunction<Label> label) {
    MutableDataset<Label> examples =
        new MutableDataset<>(
            new SimpleDataSourceProvenance("numbers", new LabelFactory()), new LabelFactory());
    for (int i = 0; i < count; i++) {
      Example<Label> example = example(i % 2 == 0 ? -1 : 1, Integer.toString(i));
      Example<Label> with = new ArrayExample<>(label.apply(i), example, 1);
      with.setMetadataValue(Example.NAME, Integer.toString(i));
      examples.add(with);
    }
    return examples;
  }

  private static Example<Label> example(double x, String id) {
    Example<Label> example =
        new ArrayExample<>(LabelFactory.UNKNOWN_LABEL, new String[] {"x"}, new double[] {x});
    example.setMetadataValue(Example.NAME, id);
    return example;
  }
}
