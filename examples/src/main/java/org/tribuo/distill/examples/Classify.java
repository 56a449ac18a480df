package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.ArgumentException;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tribuo.Model;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.examples.console.Program;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.TextFile;
import org.tribuo.distill.input.text.TextTokenizer;

/**
 * Labels texts with a distilled student: its arguments, or the lines of a file. For each text it
 * prints a line in UTF-8 with the label, its probability and the text, between tabs; a tab, a line
 * break or a backslash in them becomes \\t, \\n, \\r or \\\\.
 */
public final class Classify {
  private Classify() {}

  /** Where the student is, and the texts. */
  public static final class ClassifyOptions implements Options {
    @Option(longName = "folder", usage = "where DistillText has left its results")
    public Path folder = new OutputOptions().folder;

    @Option(longName = "file", usage = "texts, one a line; without it the arguments are texts")
    public @Nullable Path file;

    @Option(
        longName = "charset",
        usage =
            "character set of the file, such as windows-1252; without it UTF-8, or what a byte"
                + " order mark states")
    public @Nullable String charset;

    @Option(
        longName = "max-length",
        usage =
            "most tokens of a text, longer ones are cut; without it they are cut as in training")
    public @Nullable Integer maxLength;

    @Override
    public String getOptionsDescription() {
      return "Labels texts with the student that DistillText made";
    }
  }

  /** Runs the program; see {@code --help}. */
  public static void main(String[] arguments) {
    Program.run(
        arguments,
        new ClassifyOptions(),
        (options, configuration) ->
            label(options, List.of(configuration.getUnnamedArguments()), System.out));
  }

  static void label(ClassifyOptions options, List<String> arguments, PrintStream out)
      throws IOException {
    List<String> texts = options.file == null ? arguments : lines(options.file, options.charset);
    if (texts.isEmpty()) {
      throw new ArgumentException(
          "--file", "is missing, and there are no arguments: what is to be labelled?");
    }
    ResultFolder results = new ResultFolder(options.folder);
    if (!Files.exists(results.studentModel())) {
      throw new ArgumentException(
          "--folder", "there is no %s, which DistillText writes".formatted(results.studentModel()));
    }
    try (DistilledModel<Label> model = results.readStudent();
        TextTokenizer tokenizer =
            TextTokenizer.open(
                results.tokenizerOfStudent(),
                options.maxLength == null ? model.maxLength() : options.maxLength)) {
      checkTokenizer(tokenizer, model, results);
      for (String text : texts) {
        if (!text.isBlank()) {
          Label label = predict(model, tokenizer, text);
          out.printf(
              Locale.ROOT,
              "%s\t%.3f\t%s%n",
              inOneLine(label.getLabel()),
              label.getScore(),
              inOneLine(text));
        }
      }
    }
  }

  private static List<String> lines(Path file, @Nullable String charset) throws IOException {
    try {
      return charset == null
          ? TextFile.of(file).lines()
          : TextFile.of(file, Charset.forName(charset)).lines();
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new ArgumentException(
          "--charset", "is '%s', expected one that Java knows, such as UTF-8".formatted(charset));
    }
  }

  /**
   * A run that was stopped may have left another tokenizer beside the student of an earlier one.
   */
  private static void checkTokenizer(
      TextTokenizer tokenizer, DistilledModel<Label> model, ResultFolder results) {
    Set<String> learnedWith =
        CsvTextDataSource.tokenizers(model.getProvenance().getDatasetProvenance());
    if (!learnedWith.isEmpty() && !learnedWith.contains(tokenizer.sha256())) {
      throw new ArgumentException(
          "--folder",
          "%s is not the tokenizer that %s was trained with: another run was stopped in this folder; run it to its end, or train again"
              .formatted(tokenizer.file(), results.studentModel()));
    }
  }

  private static String inOneLine(String text) {
    return text.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private static Label predict(Model<Label> model, TextTokenizer tokenizer, String text) {
    return model.predict(tokenizer.encode(text).toExample(LabelFactory.UNKNOWN_LABEL)).getOutput();
  }
}
