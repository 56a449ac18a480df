package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.input.text.CsvFormat;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.LabelNameDataSource;

/** Which texts, and which of their labels. Without a training file: BANKING77. */
public final class DataOptions implements Options, Configurable {
  private static final Path BANKING77 = Path.of("examples", "data", "banking77");

  private static final String TRAIN =
      "CSV or TSV file of training texts, the first row names the columns; without it BANKING77 with 20"
          + " labelled questions an intent";
  private static final String TEST =
      "file of test texts, with the same columns; each has a label that training knows";
  private static final String TEXT = "column of the text";
  private static final String LABEL =
      "column of the label; a row where it is empty is unlabelled, and for a finished teacher training"
          + " texts need no such column";
  private static final String LABELLED =
      "file with the numbers of the training rows, from 0, that keep their label; without it all"
          + " rows do";
  private static final String LABEL_NAMES =
      "whether the name of each label is one more labelled text, with spaces for underscores";
  private static final String SEPARATOR =
      "what is between two columns: a character, tab, comma, semicolon or bar; without it that is found"
          + " out from the header";
  private static final String QUOTING =
      "whether cells may be quoted or quotation marks are letters; AUTO finds it out";
  private static final String CHARSET =
      "character set of the files, such as windows-1252; without it UTF-8, or what a byte order mark"
          + " states";
  private static final String MAX_LENGTH = "most tokens of a text, longer ones are cut";

  @Config(description = TRAIN)
  @Option(longName = "train", usage = TRAIN)
  public @Nullable Path train;

  @Config(description = TEST)
  @Option(longName = "test", usage = TEST)
  public @Nullable Path test;

  @Config(description = TEXT)
  @Option(longName = "text-column", usage = TEXT)
  public String textColumn = "text";

  @Config(description = LABEL)
  @Option(longName = "label-column", usage = LABEL)
  public String labelColumn = "category";

  @Config(description = LABELLED)
  @Option(longName = "labelled-rows", usage = LABELLED)
  public @Nullable Path labelledRows;

  @Config(description = LABEL_NAMES)
  @Option(longName = "label-names", usage = LABEL_NAMES)
  public boolean labelNames;

  @Config(description = SEPARATOR)
  @Option(longName = "separator", usage = SEPARATOR)
  public @Nullable String separator;

  @Config(description = QUOTING)
  @Option(longName = "quoting", usage = QUOTING)
  public CsvFormat.Quoting quoting = CsvFormat.Quoting.AUTO;

  @Config(description = CHARSET)
  @Option(longName = "charset", usage = CHARSET)
  public @Nullable String charset;

  @Config(description = MAX_LENGTH)
  @Option(longName = "max-length", usage = MAX_LENGTH)
  public int maxLength = 64;

  @ConfigurableName private String component = "DataOptions";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
  }

  /**
   * Fills in BANKING77 where no training file is named.
   *
   * @throws PropertyException if there is a training file, but none for testing
   */
  void complete() {
    if (train == null) {
      train = BANKING77.resolve("train.csv");
      test = test == null ? BANKING77.resolve("test.csv") : test;
      labelledRows =
          labelledRows == null ? BANKING77.resolve("labelled_20_per_intent.txt") : labelledRows;
    }
    if (test == null) {
      throw new PropertyException(
          "data", "test", "is missing, expected a CSV file with labels beside %s".formatted(train));
    }
  }

  /** The files that are named. */
  List<Path> files() {
    return Stream.of(train, test, labelledRows).flatMap(Stream::ofNullable).toList();
  }

  /**
   * The training texts, all of them.
   *
   * @param unlabelled whether their file needs no column of labels
   */
  CsvTextDataSource<Label> trainingTexts(Path tokenizer, boolean unlabelled) {
    CsvTextDataSource.Builder<Label> source = source(train, tokenizer);
    if (unlabelled) {
      source.labelsIfThere(labelColumn);
    }
    return labelledRows == null ? source.read() : source.keepLabels(labelledRows).read();
  }

  /** The training texts, and after them the names of their labels if those count as texts too. */
  ConfigurableDataSource<Label> withLabelNames(CsvTextDataSource<Label> training, Path tokenizer) {
    return labelNames ? LabelNameDataSource.of(training, tokenizer).maxLength(maxLength) : training;
  }

  /** The training texts with all labels that their file has. */
  CsvTextDataSource<Label> allLabels(Path tokenizer) {
    return source(train, tokenizer).read();
  }

  /** The test texts. */
  CsvTextDataSource<Label> testTexts(Path tokenizer) {
    return source(test, tokenizer).read();
  }

  private CsvTextDataSource.Builder<Label> source(@Nullable Path file, Path tokenizer) {
    if (file == null) {
      throw new IllegalStateException("complete() names the files first");
    }
    CsvTextDataSource.Builder<Label> source =
        CsvTextDataSource.of(file, tokenizer, new LabelFactory())
            .text(textColumn)
            .labels(labelColumn)
            .quoting(quoting)
            .maxLength(maxLength)
            .keepText();
    if (separator != null) {
      source.separator(separator);
    }
    if (charset != null) {
      source.charset(charset);
    }
    return source;
  }

  @Override
  public String getOptionsDescription() {
    return "Texts";
  }
}
