package org.tribuo.distill.input.text;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.input.internal.text.CsvTextDataSourceProvenance;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;
import org.tribuo.provenance.DatasetProvenance;

/**
 * Texts, or pairs of texts, with their labels from a CSV or TSV file with a header row, as examples
 * of tokens ({@link TokenSequence}).
 *
 * <p>Separator, quoting and character set are stated or detected; {@link #format} reports how the
 * file was read, as the provenance does. A cell that is not understood is refused by row and
 * column: where several columns are labels of a {@code MultiLabel} it says {@code true} or {@code
 * false}, {@code yes} or {@code no}, {@code 1} or {@code 0}, and for a {@code Regressor} it is one
 * number. A single column of a {@code MultiLabel} lists labels, between commas, unless every cell
 * of it says yes or no: then it is about the label of its name.
 *
 * <p>A row whose label is empty becomes an example with Tribuo's unknown output. With {@code
 * keepLabelsPath} only the listed rows keep theirs: few labels, plenty of text. Rows are numbered
 * from 0, without the header.
 *
 * <pre>{@code
 * <component name="train" type="org.tribuo.distill.input.text.CsvTextDataSource">
 *   <property name="dataPath" value="train.csv"/>
 *   <property name="tokenizerPath" value="tokenizer.json"/>
 *   <property name="outputFactory" value="labels"/>
 *   <propertylist name="labelColumns"><item>category</item></propertylist>
 *   <property name="maxLength" value="64"/>
 * </component>
 * <component name="labels" type="org.tribuo.classification.LabelFactory"/>
 * }</pre>
 *
 * <p>The file is read and tokenized once, when the source is made. Every pass makes new examples,
 * so datasets made from one source share none. Safe for many threads.
 *
 * @param <T> the type of the outputs
 */
public final class CsvTextDataSource<T extends Output<T>> implements ConfigurableDataSource<T> {
  @ConfigurableName private String component = "CsvTextDataSource";

  @Config(
      mandatory = true,
      description =
          "The file of rows, separated by commas or otherwise; the first names the columns.")
  private Path dataPath;

  @Config(mandatory = true, description = "The tokenizer.json of the model that reads the text.")
  private Path tokenizerPath;

  @Config(mandatory = true, description = "Makes outputs of the label columns.")
  private OutputFactory<T> outputFactory;

  @Config(description = "The column of the text.")
  private String textColumn = "text";

  @Config(
      description = "The column of the second text of a pair; by default there is one text only.")
  private @Nullable String pairColumn;

  @Config(
      description =
          "Whether both texts of a pair are encoded each by itself, for a student that compares"
              + " their vectors; else they are one sequence of tokens.")
  private boolean separateTexts;

  @Config(
      description =
          "The column of the label, or several, each a dimension of its own that is handed to the"
              + " output factory as 'column=value'; none if no row has a label.")
  private List<String> labelColumns = List.of("label");

  @Config(
      description = "Whether the file may be without the label columns: then no row has a label.")
  private boolean labelsOptional;

  @Config(
      description =
          "The maximum number of tokens of a text or a pair, special ones included; longer ones are"
              + " cut. By default what the tokenizer's file states, or 512.")
  private @Nullable Integer maxLength;

  @Config(
      description =
          "What is between two columns: one character, or its name, which is tab, comma, semicolon or"
              + " bar; by default that is found out from the header.")
  private @Nullable String separator;

  @Config(
      description =
          "Whether a cell may be quoted, as RFC 4180 says, or quotation marks are letters; by default"
              + " that is found out.")
  private CsvFormat.Quoting quoting = CsvFormat.Quoting.AUTO;

  @Config(
      description =
          "The character set of the file, such as windows-1252; by default what its byte order mark"
              + " states, or UTF-8.")
  private @Nullable String charset;

  @Config(description = "The character before the decimals of a number.")
  private char decimalSeparator = '.';

  @Config(
      description =
          "A file of row numbers, one a line, from 0 without the header: only these rows keep their"
              + " label, all others become unlabelled. Without it every row keeps its own.")
  private @Nullable Path keepLabelsPath;

  @Config(
      description =
          "Whether each example keeps its text as metadata, for teachers with another tokenizer.")
  private boolean keepText;

  @Config(
      description =
          "Texts without a label that are made of the file's, and come after its rows; by default"
              + " there are none.")
  private @Nullable TextAugmentation augmentation;

  @ConfigManager private @Nullable ConfigurationManager configuration;

  private final List<TextExample<T>> examples = new ArrayList<>();

  private CsvFormat format;
  private ConfiguredDataSourceProvenance provenance;

  /** For OLCUT. */
  private CsvTextDataSource() {}

  /**
   * Starts with what every source needs; the columns are {@code text} and {@code label}.
   *
   * @param data the CSV file
   * @param tokenizer the tokenizer.json of the model that reads the text
   * @param outputFactory makes outputs of the label columns
   */
  public static <T extends Output<T>> Builder<T> of(
      Path data, Path tokenizer, OutputFactory<T> outputFactory) {
    CsvTextDataSource<T> source = new CsvTextDataSource<>();
    source.dataPath = Objects.requireNonNull(data, "data");
    source.tokenizerPath = Objects.requireNonNull(tokenizer, "tokenizer");
    source.outputFactory = Objects.requireNonNull(outputFactory, "outputFactory");
    return new Builder<>(source);
  }

  /**
   * Reads the files; OLCUT calls it.
   *
   * @throws PropertyException if a file is missing or cannot be understood, or a setting does not
   *     fit the file; it names the component and the property
   */
  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    checkFiles();
    checkSettings();
    if (separateTexts && pairColumn == null) {
      throw refused("separateTexts", "is true, but there is no second text; state the pairColumn");
    }
    if (augmentation != null && pairColumn != null) {
      throw refused(
          "augmentation",
          "makes single texts, but these are pairs; state no pairColumn, or no augmentation");
    }
    if (labelColumns.size() > 1 && outputFactory instanceof LabelFactory) {
      throw refused(
          "labelColumns",
          "%s are several columns, a LabelFactory takes one".formatted(labelColumns));
    }
    ReadRows read = readRows();
    format = read.format();
    checkExamples(read.rows());
    BitSet labelled = labelledRows(read.rows());
    LabelCells<T> cells = LabelCells.of(outputFactory, labelColumns, decimalSeparator, read.rows());
    List<CsvText> rows = withCopies(read.rows());
    Tokenized tokens = tokenize(rows);
    for (int row = 0; row < rows.size(); row++) {
      T output =
          labelled.get(row) ? output(cells, rows.get(row), row) : outputFactory.getUnknownOutput();
      examples.add(
          new TextExample<>(
              tokens.texts().get(row), tokens.second(row), output, kept(rows.get(row))));
    }
    provenance =
        new CsvTextDataSourceProvenance(
            this, format, dataPath, tokenizerPath, keepLabelsPath, tokens.maxTokens());
  }

  private void checkFiles() {
    checkFile("dataPath", dataPath);
    checkFile("tokenizerPath", tokenizerPath);
    if (keepLabelsPath != null) {
      checkFile("keepLabelsPath", keepLabelsPath);
    }
  }

  /** Checks each setting that can be judged without the file. */
  private void checkSettings() {
    PropertyChecks properties = properties();
    properties.checkIfStated("textColumn", textColumn);
    properties.checkIfStated("pairColumn", pairColumn);
    labelColumns.forEach(column -> properties.checkIfStated("labelColumns", column));
    if (new HashSet<>(labelColumns).size() < labelColumns.size()) {
      throw refused("labelColumns", "%s names a column twice".formatted(labelColumns));
    }
    if (textColumn.equals(pairColumn)) {
      throw refused(
          "pairColumn", "is '%s', which is the first text of the pair too".formatted(pairColumn));
    }
    properties.checkIfStated("maxLength", 1, maxLength);
    if (isOfNumbers(decimalSeparator)) {
      throw refused(
          "decimalSeparator",
          "is '%c', which stands in numbers for something else, expected one such as '.' or ','"
              .formatted(decimalSeparator));
    }
    separator();
    charset();
  }

  private static boolean isOfNumbers(char separator) {
    return Character.isLetterOrDigit(separator)
        || Character.isWhitespace(separator)
        || Character.isISOControl(separator)
        || separator == '+'
        || separator == '-';
  }

  private PropertyChecks properties() {
    return new PropertyChecks(component);
  }

  private Optional<Character> separator() {
    return properties()
        .check("separator", () -> Optional.ofNullable(separator).map(Separators::of));
  }

  private Optional<Charset> charset() {
    return properties()
        .check("charset", () -> Optional.ofNullable(charset).map(CsvTextDataSource::charsetOf));
  }

  private static Charset charsetOf(String name) {
    try {
      return Charset.forName(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "is '%s', expected a character set that Java knows, such as UTF-8, UTF-16LE, ISO-8859-1 or windows-1252"
              .formatted(name),
          e);
    }
  }

  private Optional<RawText> kept(CsvText row) {
    Optional<String> pair = pairColumn == null ? Optional.empty() : Optional.of(row.pair());
    return keepText ? Optional.of(new RawText(row.text(), pair)) : Optional.empty();
  }

  /** What a file holds, and how it was read. */
  private record ReadRows(List<CsvText> rows, CsvFormat format) {}

  private ReadRows readRows() {
    Optional<Charset> characters = charset();
    List<String> wanted = new ArrayList<>(labelColumns);
    wanted.add(textColumn);
    if (pairColumn != null) {
      wanted.add(pairColumn);
    }
    try {
      TextFile text =
          characters.isPresent() ? TextFile.of(dataPath, characters.get()) : TextFile.of(dataPath);
      CsvTextFile file = CsvTextFile.open(text, separator(), quoting, wanted);
      if (labelsOptional && Collections.disjoint(file.columns(), labelColumns)) {
        labelColumns = List.of();
      }
      checkColumn(file, "textColumn", textColumn);
      if (pairColumn != null) {
        checkColumn(file, "pairColumn", pairColumn);
      }
      for (String column : labelColumns) {
        checkColumn(file, "labelColumns", column);
      }
      List<CsvText> rows = file.read(textColumn, Optional.ofNullable(pairColumn), labelColumns);
      if (rows.isEmpty()) {
        throw refused("dataPath", "%s has no rows".formatted(dataPath));
      }
      return new ReadRows(rows, file.format());
    } catch (IOException | IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "dataPath", "%s cannot be read as CSV".formatted(dataPath));
    }
  }

  /** A model predicts something for no text too, and a lost text would go unnoticed. */
  private void checkExamples(List<CsvText> rows) {
    List<Integer> blank =
        IntStream.range(0, rows.size())
            .filter(row -> rows.get(row).isBlank(separateTexts))
            .boxed()
            .toList();
    if (!blank.isEmpty()) {
      int first = blank.get(0);
      throw refused(
          "textColumn",
          "row %d (line %d) of %s has no text in column '%s'%s; remove the row, or fill it in"
              .formatted(
                  first,
                  rows.get(first).line(),
                  dataPath,
                  rows.get(first).text().isBlank() ? textColumn : pairColumn,
                  blank.size() == 1
                      ? ""
                      : ", and neither have %d more rows".formatted(blank.size() - 1)));
    }
  }

  /** The rows and those that are made of them, which have no labels. */
  private List<CsvText> withCopies(List<CsvText> rows) {
    if (augmentation == null) {
      return rows;
    }
    List<String> copies = augmentation.ofTexts(rows.stream().map(CsvText::text).toList());
    if (copies.isEmpty()) {
      throw refused("augmentation", TextAugmentation.NO_COPIES.formatted(dataPath));
    }
    List<CsvText> all = new ArrayList<>(rows);
    copies.forEach(copy -> all.add(CsvText.unlabelled(copy)));
    return all;
  }

  private BitSet labelledRows(List<CsvText> rows) {
    BitSet labelled = new BitSet();
    for (int row = 0; row < rows.size(); row++) {
      labelled.set(row, rows.get(row).isLabelled());
    }
    if (keepLabelsPath == null) {
      return labelled;
    }
    try {
      BitSet kept = RowNumbers.read(keepLabelsPath, rows.size());
      BitSet withoutLabel = (BitSet) kept.clone();
      withoutLabel.andNot(labelled);
      if (!withoutLabel.isEmpty()) {
        throw refused(
            "keepLabelsPath",
            "%s lists the rows %s, which have no label in %s"
                .formatted(keepLabelsPath, withoutLabel, dataPath));
      }
      return kept;
    } catch (IOException | IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "keepLabelsPath", "%s is not a list of rows".formatted(keepLabelsPath));
    }
  }

  /**
   * The texts as tokens.
   *
   * @param seconds the second texts, where they are separate; else empty
   * @param maxTokens the length to which longer ones were cut
   */
  private record Tokenized(List<TokenSequence> texts, List<TokenSequence> seconds, int maxTokens) {
    Optional<TokenSequence> second(int row) {
      return seconds.isEmpty() ? Optional.empty() : Optional.of(seconds.get(row));
    }
  }

  private Tokenized tokenize(List<CsvText> rows) {
    try (TextTokenizer tokenizer =
        maxLength == null
            ? TextTokenizer.open(tokenizerPath)
            : TextTokenizer.open(tokenizerPath, maxLength)) {
      List<String> texts = rows.stream().map(CsvText::text).toList();
      List<String> pairs = rows.stream().map(CsvText::pair).toList();
      List<TokenSequence> tokens =
          pairColumn == null || separateTexts
              ? tokenizer.encodeAll(texts)
              : tokenizer.encodeAll(texts, pairs);
      return new Tokenized(
          tokens, separateTexts ? tokenizer.encodeAll(pairs) : List.of(), tokenizer.maxLength());
    } catch (IOException e) {
      throw new PropertyException(
          e, component, "tokenizerPath", "%s cannot be read".formatted(tokenizerPath));
    } catch (IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "maxLength", "%s cannot be tokenized".formatted(dataPath));
    }
  }

  private T output(LabelCells<T> cells, CsvText text, int row) {
    try {
      return cells.output(text.labels());
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new PropertyException(
          e,
          component,
          "labelColumns",
          "row %d (line %d) of %s has labels that cannot be read"
              .formatted(row, text.line(), dataPath));
    }
  }

  private void checkFile(String property, Path file) {
    if (!Files.isRegularFile(file)) {
      throw refused(property, "there is no file %s".formatted(file));
    }
  }

  private void checkColumn(CsvTextFile file, String property, String column) {
    if (file.columns().stream().filter(column::equals).count() != 1) {
      throw refused(
          property,
          "there is no single column '%s' in %s, which has %s"
              .formatted(column, dataPath, file.columns()));
    }
  }

  private PropertyException refused(String property, String message) {
    return new PropertyException(component, property, message);
  }

  @Override
  public OutputFactory<T> getOutputFactory() {
    return outputFactory;
  }

  /**
   * The SHA-256 of the tokenizers that made the texts of a dataset which come from such a source,
   * as lower-case hexadecimal digits; one as a rule.
   *
   * @param dataset where the examples come from, also by way of splits, views and unions
   */
  public static Set<String> tokenizers(DatasetProvenance dataset) {
    return CsvTextDataSourceProvenance.tokenizers(dataset);
  }

  @Override
  public ConfiguredDataSourceProvenance getProvenance() {
    return provenance;
  }

  /** How the file was read, whether that was stated or found out. */
  public CsvFormat format() {
    return format;
  }

  /** Whether the file has label columns, whose cells may be empty. */
  public boolean hasLabelColumns() {
    return !labelColumns.isEmpty();
  }

  /** The file. */
  public Path file() {
    return dataPath;
  }

  /** The number of examples, labelled or not. */
  public int size() {
    return examples.size();
  }

  /** New examples, in the order of the rows. */
  @Override
  public Iterator<Example<T>> iterator() {
    return examples.stream().map(TextExample::toExample).iterator();
  }

  @Override
  public String toString() {
    return "CsvTextDataSource(%s, tokenizer=%s)".formatted(dataPath, tokenizerPath);
  }

  private record TextExample<T extends Output<T>>(
      TokenSequence tokens, Optional<TokenSequence> second, T output, Optional<RawText> raw) {
    Example<T> toExample() {
      Example<T> example =
          second
              .map(separate -> tokens.toExample(separate, output))
              .orElseGet(() -> tokens.toExample(output));
      raw.ifPresent(text -> text.keepIn(example));
      return example;
    }
  }

  /**
   * Makes one source in Java.
   *
   * @param <T> the type of the outputs
   */
  public static final class Builder<T extends Output<T>> {
    private final CsvTextDataSource<T> source;

    private Builder(CsvTextDataSource<T> source) {
      this.source = source;
    }

    private Builder<T> checked() {
      source.checkSettings();
      return this;
    }

    /**
     * The column of the text.
     *
     * @throws PropertyException if it is blank
     */
    public Builder<T> text(String column) {
      source.textColumn = column;
      return checked();
    }

    /**
     * The column of the second text of each pair.
     *
     * @throws PropertyException if it is blank
     */
    public Builder<T> pair(String column) {
      source.pairColumn = column;
      return checked();
    }

    /**
     * Both texts of a pair are encoded each by itself, for a {@code BiEncoderStudent}; the maximum
     * length is that of one text then.
     */
    public Builder<T> separateTexts() {
      source.separateTexts = true;
      return this;
    }

    /**
     * The column of the label, several for outputs of several dimensions, or none.
     *
     * @throws PropertyException if one is blank
     */
    public Builder<T> labels(String... columns) {
      source.labelColumns = List.of(columns);
      return checked();
    }

    /** As {@link #labels}, or none if the file does not have these columns. */
    public Builder<T> labelsIfThere(String... columns) {
      source.labelsOptional = true;
      return labels(columns);
    }

    /**
     * The maximum number of tokens of a text or a pair.
     *
     * @param tokens 1 or more
     * @throws PropertyException if it is less than 1
     */
    public Builder<T> maxLength(int tokens) {
      source.maxLength = tokens;
      return checked();
    }

    /**
     * The character between two columns; without it that is found out from the header.
     *
     * @throws PropertyException if rows need it otherwise, as a quotation mark
     */
    public Builder<T> separator(char separator) {
      source.separator = Separators.stated(separator);
      return checked();
    }

    /**
     * What is between two columns: one character, or its name, which is tab, comma, semicolon or
     * bar; without it that is found out from the header.
     *
     * @throws PropertyException if it is neither
     */
    public Builder<T> separator(String separator) {
      source.separator = separator;
      return checked();
    }

    /** Whether a cell may be quoted; without it that is found out. */
    public Builder<T> quoting(CsvFormat.Quoting quoting) {
      source.quoting = Objects.requireNonNull(quoting, "quoting");
      return this;
    }

    /** The character set; by default that of the byte order mark, or UTF-8. */
    public Builder<T> charset(Charset charset) {
      source.charset = charset.name();
      return checked();
    }

    /**
     * The name of the character set.
     *
     * @throws PropertyException if Java does not know it
     */
    public Builder<T> charset(String name) {
      source.charset = name;
      return checked();
    }

    /**
     * The character before the decimals of a number.
     *
     * @throws PropertyException if it is a letter, a digit, a sign or white space
     */
    public Builder<T> decimalSeparator(char separator) {
      source.decimalSeparator = separator;
      return checked();
    }

    /** A file of the rows that keep their label; all others become unlabelled. */
    public Builder<T> keepLabels(Path rowNumbers) {
      source.keepLabelsPath = Objects.requireNonNull(rowNumbers, "rowNumbers");
      return this;
    }

    /** Each example keeps its text as metadata, for teachers with another tokenizer. */
    public Builder<T> keepText() {
      source.keepText = true;
      return this;
    }

    /** Texts without a label that are made of the file's come after its rows. */
    public Builder<T> augmentation(TextAugmentation augmentation) {
      source.augmentation = Objects.requireNonNull(augmentation, "augmentation");
      return this;
    }

    /**
     * Reads the files. To be called once.
     *
     * @throws PropertyException as {@link CsvTextDataSource#postConfig}
     */
    public CsvTextDataSource<T> read() {
      source.postConfig();
      return source;
    }
  }
}
