package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs of one file compile and run as they stand, in a folder that has a few of BANKING77's
 * questions, WNUT17's posts and the digits, written and spoken, and a tiny encoder under the names
 * of the repository; and the README shows them.
 */
class ProgramsTest {
  private static final Path ROOT = Path.of("..");
  private static final Path PROGRAMS = Path.of("programs");
  private static final String BANKING77 = "examples/data/banking77";
  private static final String WNUT17 = "examples/data/wnut17";
  private static final String DIGITS = "examples/data/digits";
  private static final String SOUNDS = "examples/data/spoken-digits";
  private static final String RESULTS = "target/banking77";
  private static final int EVERY = 100;

  private static final Pattern CODE = Pattern.compile("(?ms)^```java\n(.*?)^```");

  @TempDir Path folder;

  @Test
  void theProgramsCompileAndRunInTheirOrder() throws Exception {
    copyQuestions();
    Path results = copyEncoder();

    assertThat(run("FineTune").lines().toList()).last().asString().matches("[01]\\.\\d+(E-\\d)?");
    Files.copy(results.resolve("my-teacher.onnx"), results.resolve("teacher.onnx"));

    assertThat(run("Distil").lines())
        .anyMatch(line -> line.matches("teacher +\\d.*100\\.0 %.*/s"))
        .anyMatch(line -> line.matches("student +\\d.*/s"));
    assertThat(results)
        .isDirectoryContaining("glob:**my-student.tribuo")
        .isDirectoryContaining("glob:**my-student.onnx");

    run("TeachersInStages");
    assertThat(results)
        .isDirectoryContaining("glob:**my-student-of-two.onnx")
        .isDirectoryContaining("glob:**my-soft-targets");

    assertThat(run("ClassifyTexts", "Where is my new card?", "Why?").lines())
        .hasSize(2)
        .first()
        .asString()
        .matches("\\w+\\??, \\d[.,]\\d{3}: Where is my new card\\?");

    Files.copy(results.resolve("my-student.onnx"), results.resolve("student.onnx"));
    assertThat(run("ReduceVocabulary").lines())
        .anyMatch(line -> line.matches("student +\\d.*100\\.0 %.*/s"))
        .anyMatch(line -> line.matches("its vocabulary reduced +\\d.*100\\.0 %.*/s"));

    copyPosts();
    assertThat(run("TagWords", "--quick", "1").lines())
        .hasSize(3)
        .allMatch(line -> line.matches("(teacher|student|control): entity F1 \\d.*MB"));
    assertThat(results).isDirectoryContaining("glob:**my-small-tagger.onnx");

    assertThat(run("GenerateText", "--quick", "1").lines())
        .hasSize(6)
        .filteredOn(
            line -> line.matches("(teacher|student|control): perplexity \\d.*accuracy \\d.*kB.*"))
        .hasSize(3);
    assertThat(folder.resolve("target/generation")).isDirectoryContaining("glob:**student.onnx");

    copyDigits();
    assertThat(run("LearnFromNeighbours", "1", "30").lines())
        .hasSize(3)
        .allMatch(line -> line.matches("(teacher|student|control): \\d+\\.\\d %"));
    assertThat(folder.resolve("target/digits"))
        .isDirectoryContaining("glob:**neighbours.tribuo")
        .isDirectoryContaining("glob:**student.onnx");
    assertThat(run("AnswerQuestions", "--quick", "1").lines())
        .hasSize(3)
        .allMatch(line -> line.matches("(teacher|student|control): exact match \\d.*F1 \\d.*MB.*"));
    assertThat(results).isDirectoryContaining("glob:**my-small-answers.onnx");

    assertThat(
            run(
                    "DistilEmbeddings",
                    sentencePairs().toString(),
                    RESULTS + "/pretrained/all-minilm-l6-v2.onnx",
                    RESULTS + "/tokenizer.json",
                    "1",
                    "--quick")
                .lines())
        .hasSize(3)
        .allMatch(line -> line.matches("(teacher|untrained|student): Spearman -?\\d.*teacher's"));
    for (String program : List.of("RateSimilarity", "CompareTexts")) {
      assertThat(
              run(
                      program,
                      sentencePairs().toString(),
                      RESULTS + "/pretrained/all-minilm-l6-v2.onnx",
                      RESULTS + "/tokenizer.json",
                      "1",
                      "1")
                  .lines())
          .hasSize(3)
          .allMatch(line -> line.matches("(teacher|student|control): Pearson -?\\d.*MB"));
    }

    assertThat(
            run(
                    "JudgeReviews",
                    reviews().toString(),
                    RESULTS + "/pretrained/all-minilm-l6-v2.onnx",
                    RESULTS + "/tokenizer.json",
                    "1",
                    "--quick",
                    "1")
                .lines())
        .hasSize(3)
        .allMatch(line -> line.matches("(teacher|student|control): accuracy \\d.* %, \\d+ MB"));

    for (String size : List.of("--quick", "most=20")) {
      assertThat(run("LabelEmotions", comments().toString(), size, "1").lines())
          .hasSize(3)
          .allMatch(line -> line.matches("(teacher|student|control): micro F1 \\d.*MB"));
    }

    keepFewDigits();
    assertThat(run("DistilImages", "--quick", "labels=2", "1").lines())
        .hasSize(4)
        .allMatch(
            line -> line.matches("(nearest neighbour|teacher|student|control): accuracy \\d.*%.*"));
    assertThat(folder.resolve("target/digits")).isDirectoryContaining("glob:**student.onnx");

    copySounds();
    assertThat(run("DistilSounds", "--quick", "1").lines())
        .hasSize(4)
        .allMatch(
            line -> line.matches("(nearest neighbour|teacher|student|control): accuracy \\d.*%.*"));
  }

  @Test
  void historiesAreReadFromAFileThatIsStated() throws Exception {
    assertThat(run("RecommendItems", ratings().toString(), "--quick", "--validation", "1").lines())
        .hasSize(4)
        .anyMatch(line -> line.matches("the first user may like: film \\d+, .*"))
        .filteredOn(line -> line.matches("(teacher|student|control): HR@10 \\d.*NDCG@10 \\d.*kB.*"))
        .hasSize(3);
    assertThat(folder.resolve("target/recommendation"))
        .isDirectoryContaining("glob:**student.onnx");
  }

  @Test
  void pairsOfTextsAreReadFromFilesThatAreStated() throws Exception {
    Path pairs = parallelTexts();
    assertThat(
            run(
                    "TranslateTexts",
                    pairs.toString(),
                    pairs.resolve("words.json").toString(),
                    "--quick",
                    "1")
                .lines())
        .hasSize(6)
        .anyMatch(line -> line.matches("soft targets: \\d+ logits of .* bytes a token"))
        .filteredOn(
            line ->
                line.matches(
                    "(teacher|student, (each step|translations|both)|control), test.en: perplexity \\d.*BLEU \\d.*chrF \\d.*kB.*"))
        .hasSize(5);
    assertThat(folder.resolve("target/translation")).isDirectoryContaining("glob:**student.onnx");
  }

  @Test
  void readmeAndPageShowLinesOfPrograms() throws IOException {
    List<String> programs = new ArrayList<>();
    for (Path program : programs().toList()) {
      programs.add(unindented(Files.readString(program)));
    }
    for (String page : List.of("README.md", "src/site/markdown/labels-and-scores.md")) {
      List<String> shown =
          CODE.matcher(Files.readString(ROOT.resolve(page)))
              .results()
              .map(found -> unindented(found.group(1)))
              .toList();

      assertThat(shown)
          .isNotEmpty()
          .allSatisfy(code -> assertThat(programs).anyMatch(program -> program.contains(code)));
    }
  }

  @Test
  void theReadmeHasTheCommandOfEachProgram() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));

    assertThat(programs().map(Path::getFileName))
        .hasSize(18)
        .allSatisfy(
            file -> assertThat(readme).contains("-Dprogram=examples/programs/%s".formatted(file)));
  }

  /** Thirty users who each have seen some of twenty films, in a folder. */
  private Path ratings() throws IOException {
    List<String> rows = new ArrayList<>(List.of("user,item,rating,timestamp"));
    for (int user = 0; user < 30; user++) {
      for (int time = 0; time < 4 + user % 5; time++) {
        rows.add("%d,film %d,5,%d".formatted(user, (user + 3 * time) % 20, time));
      }
    }
    Path ratings = Files.createDirectories(folder.resolve("ratings"));
    Files.write(ratings.resolve("ratings.csv"), rows);
    return ratings;
  }

  /** Numbers and the same in the other order, with a tokenizer whose tokens they are. */
  private Path parallelTexts() throws IOException {
    Path texts = Files.createDirectories(folder.resolve("texts"));
    List<String> sources = new ArrayList<>();
    List<String> targets = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      sources.add("w%d w%d w%d".formatted(i, (3 * i) % 40, (7 * i) % 40));
      targets.add("w%d w%d w%d".formatted((7 * i) % 40, (3 * i) % 40, i));
    }
    for (String name : List.of("train", "test")) {
      Files.write(texts.resolve(name + ".en"), sources);
      Files.write(texts.resolve(name + ".de"), targets);
    }
    List<String> tokens = new ArrayList<>(List.of("<pad>", "<s>", "</s>"));
    IntStream.range(0, 40).mapToObj(i -> "w" + i).forEach(tokens::add);
    String numbered =
        IntStream.range(0, tokens.size())
            .mapToObj(i -> "\"%s\": %d".formatted(tokens.get(i), i))
            .collect(Collectors.joining(", "));
    Files.writeString(
        texts.resolve("words.json"),
        """
        {"version": "1.0", "added_tokens": [
           {"id": 1, "content": "<s>", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
           {"id": 2, "content": "</s>", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
         "pre_tokenizer": {"type": "Whitespace"},
         "model": {"type": "WordLevel", "unk_token": "<pad>", "vocab": {%s}}}
        """
            .formatted(numbered));
    return texts;
  }

  private static Stream<Path> programs() throws IOException {
    try (Stream<Path> files = Files.list(PROGRAMS)) {
      return files.sorted().toList().stream();
    }
  }

  private static String unindented(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n"));
  }

  /** Some questions, the first of each intent labelled, which are tested on too. */
  private void copyQuestions() throws IOException {
    List<String> all = Files.readAllLines(ROOT.resolve(BANKING77).resolve("train.csv"));
    List<String> some =
        IntStream.range(0, all.size())
            .filter(line -> line == 0 || line % EVERY == 1)
            .mapToObj(all::get)
            .filter(line -> line.chars().filter(c -> c == '"').count() % 2 == 0)
            .toList();
    Set<String> intents = new HashSet<>();
    int[] labelled =
        IntStream.range(1, some.size())
            .filter(line -> intents.add(some.get(line).replaceFirst(".*,", "")))
            .toArray();
    List<String> test = new ArrayList<>(List.of(some.get(0)));
    IntStream.of(labelled).mapToObj(some::get).forEach(test::add);
    Path data = Files.createDirectories(folder.resolve(BANKING77));
    Files.write(data.resolve("train.csv"), some);
    Files.write(data.resolve("test.csv"), test);
    Files.write(
        data.resolve("labelled_20_per_intent.txt"),
        IntStream.of(labelled).mapToObj(line -> String.valueOf(line - 1)).toList());
  }

  /** The first posts, the test posts from the same file. */
  private void copyPosts() throws IOException {
    Path data = Files.createDirectories(folder.resolve(WNUT17));
    List<String> posts =
        Files.readAllLines(ROOT.resolve(WNUT17).resolve("wnut17train.conll")).subList(0, 300);
    Files.write(data.resolve("wnut17train.conll"), posts);
    Files.write(data.resolve("emerging.dev.conll"), posts);
    Files.write(data.resolve("emerging.test.annotated"), posts);
  }

  private void copyDigits() throws IOException {
    Path data = Files.createDirectories(folder.resolve(DIGITS));
    Files.copy(ROOT.resolve(DIGITS).resolve("digits.csv.gz"), data.resolve("digits.csv.gz"));
  }

  /** The first digits, half of them to test on. */
  private void keepFewDigits() throws IOException {
    Path file = folder.resolve(DIGITS).resolve("digits.csv.gz");
    try (var from =
            new BufferedReader(
                new InputStreamReader(
                    new GZIPInputStream(
                        Files.newInputStream(ROOT.resolve(DIGITS).resolve("digits.csv.gz"))),
                    StandardCharsets.US_ASCII));
        var to =
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.US_ASCII)) {
      for (int i = 0; i < 60; i++) {
        to.write(from.readLine() + "\n");
      }
    }
  }

  /** Every seventh of the sounds, so that each digit is among those with a label. */
  private void copySounds() throws IOException {
    Path file = Files.createDirectories(folder.resolve(SOUNDS)).resolve("sounds.zip");
    try (ZipInputStream from =
            new ZipInputStream(Files.newInputStream(ROOT.resolve(SOUNDS).resolve("sounds.zip")));
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(file))) {
      ZipEntry entry = from.getNextEntry();
      for (int i = 0; entry != null; i++) {
        if (i % 7 == 0) {
          to.putNextEntry(new ZipEntry(entry.getName()));
          to.write(from.readAllBytes());
        }
        entry = from.getNextEntry();
      }
    }
  }

  /** Files in the columns of SICK. */
  private Path sentencePairs() throws IOException {
    List<String> lines =
        List.of(
            "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment",
            "1\twhere is my card\tmy card is lost\t4.1\tNEUTRAL",
            "2\twhat is the exchange rate\tplease reset the pin\t1.3\tNEUTRAL",
            "3\ti forgot my pin\tmy pin code is wrong\t3.7\tNEUTRAL",
            "4\twhere is my pin\tmy pin is lost\t4.3\tNEUTRAL",
            "5\ti got my card\twhat is the exchange rate\t1.2\tNEUTRAL",
            "6\tplease reset the pin\ti forgot my pin\t3.3\tNEUTRAL");
    Path data = Files.createDirectories(folder.resolve("sick"));
    for (String file : List.of("SICK_train.txt", "SICK_trial.txt", "SICK_test_annotated.txt")) {
      Files.write(data.resolve(file), lines);
    }
    return data;
  }

  /** Files of film reviews, of which {@code --quick} takes every tenth. */
  private Path reviews() throws IOException {
    Path data = Files.createDirectories(folder.resolve("reviews"));
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      lines.add(i % 20 == 0 ? "i got my card today\t1" : "my card is lost\t0");
    }
    for (String file : List.of("train.tsv", "test.tsv")) {
      Files.write(data.resolve(file), lines);
    }
    return data;
  }

  /** Files in the columns of GoEmotions. */
  private Path comments() throws IOException {
    Path data = Files.createDirectories(folder.resolve("goemotions"));
    Files.write(data.resolve("labels.txt"), List.of("anger", "joy", "surprise"));
    List<String> lines =
        List.of("my card is lost\t0\ta1", "i got my card\t1,2\ta2", "where is my pin\t2\ta3");
    for (String file : List.of("train.tsv", "test.tsv")) {
      Files.write(data.resolve(file), lines);
    }
    return data;
  }

  /** A tiny encoder in the place of the one that the main job unpacks. */
  private Path copyEncoder() throws IOException {
    TinyExperiment.in(folder);
    Path results = folder.resolve(RESULTS);
    Path pretrained = Files.createDirectories(results.resolve("pretrained"));
    Files.copy(folder.resolve("tiny-bert.onnx"), pretrained.resolve("all-minilm-l6-v2.onnx"));
    Files.copy(folder.resolve("tiny-tokenizer.json"), results.resolve("tokenizer.json"));
    return results;
  }

  /** Runs a program as {@code -Dprogram=FILE} does, with the class path of the examples. */
  private String run(String name, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(PROGRAMS.resolve(name + ".java").toAbsolutePath().toString());
    command.addAll(List.of(arguments));
    Path errors = folder.resolve(name + ".err");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(errors.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    assertThat(errors).as("%s, SLF4J's binding among it", name).isEmptyFile();
    assertThat(status).as(name).isZero();
    return output;
  }
}
