package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.examples.CompareLosses.CompareLossesOptions;
import org.tribuo.distill.examples.console.Console;

class CompareLossesTest {
  @TempDir Path folder;

  @Test
  void eachLossHasARowOfAllSeeds() throws Exception {
    CompareLossesOptions options = new CompareLossesOptions();
    String[] arguments =
        TinyExperiment.in(folder)
            .options(
                "--losses", "KL,DIST,KL_HIDDEN_STATES,KL_RKD,TINYBERT",
                "--seeds", "1,2",
                "--feature-weight", "0.1");
    new ConfigurationManager(arguments, options).close();
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    List<String> table = new LossComparison(options, Console.of(out)).run().lines();

    assertThat(table).hasSize(1 + 2 + 5);
    assertThat(table.get(1)).startsWith("teacher");
    assertThat(table.get(2)).startsWith("labels alone");
    assertThat(table.subList(3, 8))
        .allSatisfy(
            line -> assertThat(line).matches("[A-Z_]+ +\\d+\\.\\d\\d % +\\d+\\.\\d\\d +\\d+ ms"));
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("Seed 1, teacher: ")
        .contains("Seed 2, TINYBERT: ");
  }

  @Test
  void aLossThatIsNotThereIsNamed() {
    CompareLossesOptions options = new CompareLossesOptions();
    options.losses = List.of("KL", "HINGE");

    assertThatThrownBy(options::recipes)
        .hasMessageStartingWith("There is no loss 'HINGE', expected some of [KL, REVERSE_KL,");
  }
}
