package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.util.Arrays;
import java.util.List;
import org.tribuo.distill.examples.console.Console;
import org.tribuo.distill.examples.console.Program;

/**
 * Finds out which loss helps: trains the same student by each of several, with several seeds, and
 * prints mean and deviation of the test accuracy beside those of the teacher and of the student
 * that learnt from the labels alone. Without arguments it does so on BANKING77.
 */
public final class CompareLosses {
  private CompareLosses() {}

  /** What is compared, and on what. */
  public static final class CompareLossesOptions implements Options {
    @Option(longName = "losses", usage = "what is compared; all if none is named")
    public List<String> losses = List.of();

    @Option(longName = "seeds", usage = "one training for each")
    public List<Long> seeds = List.of(1L, 2L, 3L);

    @Option(
        longName = "feature-weight",
        usage = "what losses on hidden states, attention and relations are multiplied by")
    public float featureWeight = 1;

    public DataOptions data = new DataOptions();
    public TeacherOptions teacher = new TeacherOptions();
    public StudentOptions student = new StudentOptions();
    public TrainingOptions training = new TrainingOptions();
    public OutputOptions output = new OutputOptions();

    List<LossRecipe> recipes() {
      return losses.isEmpty()
          ? List.of(LossRecipe.values())
          : losses.stream().map(CompareLossesOptions::recipe).toList();
    }

    private static LossRecipe recipe(String name) {
      try {
        return LossRecipe.valueOf(name);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "There is no loss '%s', expected some of %s"
                .formatted(name, Arrays.toString(LossRecipe.values())),
            e);
      }
    }

    @Override
    public String getOptionsDescription() {
      return "Compares losses on the same texts, teachers and students.";
    }
  }

  /** Runs the program; see {@code --help}. */
  public static void main(String[] arguments) {
    Program.run(
        arguments,
        new CompareLossesOptions(),
        (options, configuration) -> {
          Console console = Console.of(System.out);
          new LossComparison(options, console).run().lines().forEach(console::line);
        });
  }
}
