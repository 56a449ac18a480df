package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.tribuo.Model;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.examples.console.Program;
import org.tribuo.distill.input.TextTokenizer;
import org.tribuo.distill.input.TokenFeatures;

/**
 * Labels texts with a distilled student: one text a line from standard input, and for each a line
 * with the label, its probability and the text, between tabs.
 */
public final class Classify {
  private Classify() {}

  /** Where the student is. */
  public static final class ClassifyOptions implements Options {
    @Option(longName = "folder", usage = "where DistillText has left its results")
    public Path folder = new OutputOptions().folder;

    @Option(longName = "max-length", usage = "most tokens of a text, longer ones are cut")
    public int maxLength = 64;

    @Override
    public String getOptionsDescription() {
      return "Labels the lines of standard input";
    }
  }

  /** Runs the program; see {@code --help}. */
  public static void main(String[] arguments) {
    Program.run(
        arguments,
        new ClassifyOptions(),
        (options, configuration) -> label(options, System.in, System.out));
  }

  static void label(ClassifyOptions options, InputStream in, PrintStream out) throws IOException {
    ResultFolder results = new ResultFolder(options.folder);
    Model<Label> model = Model.deserializeFromFile(results.studentModel()).castModel(Label.class);
    try (TextTokenizer tokenizer = TextTokenizer.open(results.tokenizer(), options.maxLength);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        if (!text.isBlank()) {
          Label label = predict(model, tokenizer, text);
          out.printf(Locale.ROOT, "%s\t%.3f\t%s%n", label.getLabel(), label.getScore(), text);
        }
      }
    }
  }

  private static Label predict(Model<Label> model, TextTokenizer tokenizer, String text) {
    return model
        .predict(TokenFeatures.toExample(tokenizer.encode(text), LabelFactory.UNKNOWN_LABEL))
        .getOutput();
  }
}
