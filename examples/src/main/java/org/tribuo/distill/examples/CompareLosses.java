package org.tribuo.distill.examples;

import org.tribuo.distill.examples.console.Console;
import org.tribuo.distill.examples.console.Program;
import org.tribuo.distill.report.ProgressOutput;

/**
 * Finds out which loss helps: trains the same student by each of several, with several seeds, and
 * prints mean and deviation of the test accuracy beside those of the teacher and of the student
 * that learnt from the labels alone. Where a loss has a weight, it is chosen on training texts that
 * are put aside for that. Every training is kept, so a comparison that was stopped goes on where it
 * was. Without arguments it works on BANKING77.
 */
public final class CompareLosses {
  private CompareLosses() {}

  /** Runs the program; see {@code --help}. */
  public static void main(String[] arguments) {
    Program.run(
        arguments,
        new CompareLossesOptions(),
        (options, configuration) -> {
          Program.refuseTexts(configuration);
          ProgressOutput console = Console.of(System.out);
          new LossComparison(options, console).run().lines().forEach(console::line);
        });
  }
}
