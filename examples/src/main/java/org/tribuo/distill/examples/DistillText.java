package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.examples.console.Console;
import org.tribuo.distill.examples.console.Program;
import org.tribuo.distill.report.ExperimentResults;
import org.tribuo.distill.report.ProgressOutput;
import org.tribuo.distill.report.SpeedMeter;

/**
 * Distils a classifier of texts: fine-tunes a teacher on the labelled texts, runs it over all
 * texts, trains a smaller student on its outputs, and compares the two with the same student that
 * had no teacher. Without arguments it does so on BANKING77 with all-MiniLM-L6-v2.
 */
public final class DistillText {
  private DistillText() {}

  /** An experiment in options, or the name of one in a configuration file. */
  public static final class DistillTextOptions implements Options {
    @Option(
        longName = "experiment",
        usage =
            "a component of the OLCUT configuration that -c FILE names, such as the experiment.xml of"
                + " an earlier run, instead of all options below; --@COMPONENT.PROPERTY VALUE"
                + " changes one of its properties")
    public @Nullable Experiment experiment;

    public DataOptions data = new DataOptions();
    public TeacherOptions teacher = new TeacherOptions();
    public StudentOptions student = new StudentOptions();
    public TrainingOptions training = new TrainingOptions();
    public OutputOptions output = new OutputOptions();

    Experiment chosen() {
      return experiment == null
          ? Experiment.of(data, teacher, student, training, output)
          : experiment;
    }

    @Override
    public String getOptionsDescription() {
      return "Distils a classifier of texts. Without options: BANKING77, with all-MiniLM-L6-v2 as the teacher.";
    }
  }

  /** Runs the program; see {@code --help}. */
  public static void main(String[] arguments) {
    Program.run(
        arguments,
        new DistillTextOptions(),
        (options, configuration) -> {
          Program.refuseTexts(configuration);
          ProgressOutput console = Console.of(System.out);
          Experiment experiment = options.chosen();
          ExperimentResults results =
              new DistillTextRun(
                      experiment,
                      StartedFrom.of(arguments, configuration, experiment),
                      console,
                      SpeedMeter.DEFAULT)
                  .run();
          new Summary(experiment, results).lines().forEach(console::line);
        });
  }
}
