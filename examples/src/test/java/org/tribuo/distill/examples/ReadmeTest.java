package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.transformer.Pooling;

/**
 * The programs that the README shows compile and run as they stand, in a folder that has a few of
 * BANKING77's questions and a tiny teacher under the names of the repository.
 */
class ReadmeTest {
  private static final Path ROOT = Path.of("..");
  private static final String BANKING77 = "examples/data/banking77";
  private static final String RESULTS = "target/banking77";
  private static final int EVERY = 100;

  private static final Pattern PROGRAM =
      Pattern.compile("(?ms)^```java\n(.*?public class (\\w+) .*?)^```");

  @TempDir Path folder;

  @Test
  void theProgramsCompileAndRunInTheirOrder() throws Exception {
    Map<String, String> programs = programs();
    assertThat(programs.keySet()).containsExactly("Distil", "ClassifyTexts");
    copyQuestions();
    trainTeacher();

    Run distil = run("Distil", programs.get("Distil"));
    assertThat(distil.errors()).isEmpty();
    assertThat(distil.status()).isZero();
    assertThat(folder.resolve(RESULTS))
        .isDirectoryContaining("glob:**my-student.tribuo")
        .isDirectoryContaining("glob:**my-student.onnx");

    Run classify =
        run("ClassifyTexts", programs.get("ClassifyTexts"), "Where is my new card?", "Why?");
    assertThat(classify.errors()).as("SLF4J has a binding, too").isEmpty();
    assertThat(classify.status()).isZero();
    assertThat(classify.output().lines())
        .hasSize(2)
        .first()
        .asString()
        .matches("\\w+\\??, \\d[.,]\\d{3}: Where is my new card\\?");
  }

  @Test
  void theCommandsNameTheProgramsThatAreShown() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    assertThat(programs().keySet())
        .allSatisfy(name -> assertThat(readme).contains("-Dprogram=%s.java".formatted(name)));
  }

  /** The programs of the README by the names of their classes, in order. */
  private static Map<String, String> programs() throws IOException {
    Map<String, String> programs = new LinkedHashMap<>();
    PROGRAM
        .matcher(Files.readString(ROOT.resolve("README.md")))
        .results()
        .forEach(found -> programs.put(found.group(2), found.group(1)));
    return programs;
  }

  /** Some questions, the first of each intent labelled; columns as in the file that ships. */
  private void copyQuestions() throws IOException {
    List<String> all = Files.readAllLines(ROOT.resolve(BANKING77).resolve("train.csv"));
    List<String> some =
        IntStream.range(0, all.size())
            .filter(line -> line == 0 || line % EVERY == 1)
            .mapToObj(all::get)
            .filter(line -> line.chars().filter(c -> c == '"').count() % 2 == 0)
            .toList();
    Path data = Files.createDirectories(folder.resolve(BANKING77));
    Files.write(data.resolve("train.csv"), some);
    Set<String> intents = new HashSet<>();
    Files.write(
        data.resolve("labelled_20_per_intent.txt"),
        IntStream.range(0, some.size() - 1)
            .filter(row -> intents.add(some.get(row + 1).replaceFirst(".*,", "")))
            .mapToObj(String::valueOf)
            .toList());
  }

  private void trainTeacher() throws Exception {
    TinyExperiment.in(folder);
    Path results = Files.createDirectories(folder.resolve(RESULTS));
    Path tokenizer =
        Files.copy(folder.resolve("tiny-tokenizer.json"), results.resolve("tokenizer.json"));
    CsvTextDataSource<Label> questions =
        CsvTextDataSource.of(
                folder.resolve(BANKING77).resolve("train.csv"), tokenizer, new LabelFactory())
            .labels("category")
            .maxLength(16)
            .read();
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(EncoderStudent.of(folder.resolve("tiny-bert.onnx"), Pooling.MEAN))
            .epochs(1)
            .build();
    try (DistilledModel<Label> teacher = trainer.train(new MutableDataset<>(questions))) {
      teacher.exportOnnx(results.resolve("teacher.onnx"));
    }
  }

  private record Run(int status, String output, String errors) {}

  /** Runs a file of Java as {@code -Dprogram=FILE} does, with the class path of the examples. */
  private Run run(String name, String program, String... arguments)
      throws IOException, InterruptedException {
    Files.writeString(folder.resolve(name + ".java"), Objects.requireNonNull(program));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), name + ".java"));
    command.addAll(List.of(arguments));
    Path errors = folder.resolve(name + ".err");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(errors.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output, Files.readString(errors));
  }
}
