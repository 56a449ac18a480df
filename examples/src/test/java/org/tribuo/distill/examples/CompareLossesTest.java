package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.examples.console.Console;

class CompareLossesTest {
  private static final Predicate<String> FROM_TEACHER = line -> line.contains("from teacher");

  @TempDir Path folder;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  @Test
  void eachLossHasARowOfAllSeeds() throws Exception {
    List<String> table =
        compare(
            "--losses", "KL,DIST,KL_HIDDEN_STATES,KL_RKD,TINYBERT",
            "--seeds", "1,2",
            "--feature-weights", "0.1");

    assertThat(table).hasSize(1 + 4 + 5);
    assertThat(table.get(1)).startsWith("teacher");
    assertThat(table.get(2)).startsWith("labels alone  ");
    assertThat(table.get(3)).startsWith("labels alone from teacher");
    assertThat(table.get(4)).startsWith("class means alone");
    assertThat(table.subList(5, 10))
        .allSatisfy(
            line ->
                assertThat(line)
                    .matches("[A-Z_]+ +(0.1)? +2 +\\d+\\.\\d\\d % +\\d+\\.\\d\\d +\\d+ ms"));
    assertThat(printed())
        .contains("Seed 1, teacher: ")
        .contains("Seed 2, TINYBERT: ")
        .contains("Seed 2, KL_RKD, weight 0.1: ")
        .doesNotContain("held-out");
  }

  @Test
  void aWeightIsChosenOnTextsThatNothingIsLearnedFromAndTestedWithAllSeeds() throws Exception {
    List<String> table =
        compare(
            "--losses", "KL_HIDDEN_STATES",
            "--seeds", "1,2",
            "--feature-weights", "0.1,10",
            "--held-out", "2");

    assertThat(trials())
        .extracting(Trial::of)
        .filteredOn(subject -> subject.texts() == Trial.Split.HELD_OUT)
        .extracting(Trial.Subject::seed, Trial.Subject::weight)
        .containsExactly(tuple(1L, 0.1f), tuple(1L, 10f));
    Trial best =
        trials().stream()
            .filter(trial -> trial.of().texts() == Trial.Split.HELD_OUT)
            .reduce((one, other) -> other.accuracy() > one.accuracy() ? other : one)
            .orElseThrow();
    assertThat(table.get(5)).matches("KL_HIDDEN_STATES +" + best.of().weight() + " .*");
  }

  @Test
  void aComparisonThatWasStoppedGoesOnWhereItWas() throws Exception {
    compare("--losses", "KL", "--seeds", "1");
    List<Trial> earlier = trials();

    List<String> table = compare("--losses", "KL,DKD", "--seeds", "1");

    assertThat(table).hasSize(1 + 4 + 2);
    assertThat(trials()).startsWith(earlier.toArray(Trial[]::new)).hasSize(earlier.size() + 1);
  }

  @Test
  void aComparisonThatWasMovedIsNotMadeAgainAndLeavesItsOptionsAsTheyWere() throws Exception {
    Path before = Files.createDirectory(folder.resolve("before"));
    Path after = folder.resolve("after");
    String[] arguments = {"--losses", "KL", "--seeds", "1", "--control-epochs", "1"};
    CompareLossesOptions options = new CompareLossesOptions();
    new ConfigurationManager(TinyExperiment.in(before).options(arguments), options).close();
    new LossComparison(options, Console.of(out)).run();
    Files.move(before, after);
    CompareLossesOptions moved = new CompareLossesOptions();
    new ConfigurationManager(new TinyExperiment(after).options(arguments), moved).close();
    Path trials = after.resolve("out/trials.csv");
    List<String> earlier = Files.readAllLines(trials);

    new LossComparison(moved, Console.of(out)).run();

    assertThat(Files.readAllLines(trials)).isEqualTo(earlier);
    assertThat(options.training.seed).isZero();
  }

  @Test
  void otherSettingsAreOtherTrainings() throws Exception {
    compare("--losses", "KL", "--seeds", "1");
    int earlier = trials().size();

    compare("--losses", "KL", "--seeds", "1", "--alpha", "0.5");

    assertThat(trials().size()).as("KL again, teacher and controls not").isEqualTo(earlier + 1);
  }

  @Test
  void studentsAreFineTunedWhateverTheyHaveLearntBefore() throws Exception {
    compare("--losses", "KL,TINYBERT", "--seeds", "1");
    int earlier = trials().size();

    compare("--losses", "KL,TINYBERT", "--seeds", "1", "--fine-tune-epochs", "1");

    assertThat(trials().size()).as("both again").isEqualTo(earlier + 2);
  }

  @Test
  void softTargetsOfAllSeedsAreInTheStoreThatIsNamed() throws Exception {
    Path store = folder.resolve("all");

    compare("--losses", "KL", "--seeds", "1,2", "--store", store.toString());

    assertThat(store).isDirectoryContaining("glob:**.softtargets");
    assertThat(folder.resolve("out/seed-1")).isDirectoryNotContaining("glob:**/soft-targets");
  }

  @Test
  void aNewEncoderCanLearnFromTwoTeachers() throws Exception {
    List<String> table =
        compare(
            "--losses", "KL_HIDDEN_STATES,TWO_TEACHERS",
            "--seeds", "1",
            "--feature-weights", "1",
            "--student-width", "24",
            "--student-heads", "2",
            "--second-teacher", folder.resolve("tiny-bert.onnx").toString(),
            "--second-teacher-tokenizer", folder.resolve("tiny-tokenizer.json").toString());

    assertThat(table.get(2)).startsWith("second teacher");
    assertThat(table.get(6)).startsWith("TWO_TEACHERS");
    assertThat(table).as("a new encoder has nothing of the teacher").noneMatch(FROM_TEACHER);
  }

  @Test
  void aSeedBesideTheSeedsIsRefused() {
    assertThatThrownBy(() -> compare("--losses", "KL", "--seeds", "1,2", "--seed", "5"))
        .hasMessageContaining("Component: comparison, Property: seed")
        .hasMessageContaining(
            "is 5, but there is a training for each of [1, 2]: state the seed in --seeds instead");
  }

  @Test
  void aStudentOfOtherTokensOfABudgetOrOfASmallFileIsRefused() {
    assertThatThrownBy(() -> compare("--losses", "KL", "--student-vocabulary", "2"))
        .hasMessageContaining("Component: comparison, Property: student-vocabulary")
        .hasMessageContaining("compare token by token, so that students must read the teacher's");
    assertThatThrownBy(() -> compare("--losses", "KL", "--student-budget", "1MB"))
        .hasMessageContaining("Component: comparison, Property: student-budget")
        .hasMessageContaining("is 1MB, but all students of a comparison have one size");
    assertThatThrownBy(() -> compare("--losses", "KL", "--student-precision", "INT8"))
        .hasMessageContaining("Component: comparison, Property: student-precision")
        .hasMessageContaining("is INT8, but a comparison keeps no files of its students");
  }

  @Test
  void weightsAreAboveZero() {
    CompareLossesOptions options = new CompareLossesOptions();
    options.losses = List.of("KL");

    options.featureWeights = List.of(1f, -0.5f);
    assertThatThrownBy(options::check)
        .hasMessageContaining("Component: comparison, Property: feature-weights")
        .hasMessageContaining("has -0.5, expected finite numbers above 0");
    options.featureWeights = List.of();
    assertThatThrownBy(options::check)
        .hasMessageContaining("is empty, expected at least one weight above 0");
  }

  @Test
  void whatTeachersCannotDoIsSaidBeforeOneIsTrained() throws Exception {
    assertThatThrownBy(
            () ->
                compare(
                    "--losses", "KL", "--teacher-epochs", "0", "--teacher-labels", "card,pin,rate"))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: teacher, Property: epochs")
        .hasMessageContaining("is 0, but a comparison fine-tunes a teacher for each seed");
    Path eight = folder.resolve("positions8.onnx");
    try (InputStream in = CompareLossesTest.class.getResourceAsStream("positions8.onnx")) {
      Files.copy(in, eight);
    }
    Path test = folder.resolve("longer.csv");
    Files.writeString(
        test, "text,label\nwhat is the rate for the euro and for the dollar please,rate\n");
    assertThatThrownBy(
            () ->
                compare(
                    "--losses", "TWO_TEACHERS",
                    "--test", test.toString(),
                    "--second-teacher", eight.toString(),
                    "--second-teacher-tokenizer", folder.resolve("tiny-tokenizer.json").toString()))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: second teacher, Property: model")
        .hasMessageContaining("cannot read the texts of " + test);
    assertThat(folder.resolve("out/seed-0")).doesNotExist();
  }

  @Test
  void twoTeachersWantASecondOne() {
    assertThatThrownBy(() -> compare("--losses", "TWO_TEACHERS"))
        .hasMessageContaining(
            "is missing, expected the ONNX file of another Transformer and its tokenizer.json");
  }

  @Test
  void moreTextsThanThereAreCannotBeHeldOut() {
    assertThatThrownBy(() -> compare("--losses", "KL_RKD", "--held-out", "5"))
        .hasMessageContaining("5 training texts are to be put aside, but only 4");
  }

  @Test
  void aFileOfSomethingElseIsNotTakenForTrials() throws Exception {
    Files.createDirectories(folder.resolve("out"));
    Files.writeString(folder.resolve("out/trials.csv"), "a,b\n1,2\n");

    assertThatThrownBy(() -> compare("--losses", "KL"))
        .hasMessageContaining("trials.csv has no trials of a comparison: '1,2' has 2 columns");
  }

  @Test
  void aLossThatIsNotThereIsNamed() {
    CompareLossesOptions options = new CompareLossesOptions();
    options.losses = List.of("KL", "HINGE");

    assertThatThrownBy(options::recipes)
        .hasMessageStartingWith("There is no loss 'HINGE', expected some of [KL, REVERSE_KL,");
  }

  private List<String> compare(String... more) throws Exception {
    return new LossComparison(options(more), Console.of(out)).run().lines();
  }

  private CompareLossesOptions options(String... more) throws Exception {
    CompareLossesOptions options = new CompareLossesOptions();
    new ConfigurationManager(TinyExperiment.in(folder).options(more), options).close();
    return options;
  }

  private List<Trial> trials() throws Exception {
    return Files.readAllLines(folder.resolve("out/trials.csv")).stream()
        .skip(1)
        .map(Trial::parse)
        .toList();
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }
}
