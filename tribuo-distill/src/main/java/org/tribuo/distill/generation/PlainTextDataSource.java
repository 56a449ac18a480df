package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.generation.internal.PlainText;
import org.tribuo.distill.generation.internal.PlainTextFile;
import org.tribuo.distill.input.internal.text.TokenizedFileProvenance;
import org.tribuo.distill.input.text.TextFile;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * Texts that a language model learns to generate: one a line of a file, or in a column of a table
 * whose first row has the names of the columns, between commas if the name of the file ends in
 * {@code .csv}, else between tabs. Lines of white space alone are not texts.
 *
 * <p>Each text is one example. Its output has all tokens but the first, which are to be predicted,
 * each from those before it. A prompt, from a column of its own, is read and not predicted. Special
 * tokens are those that are stated: one that begins each text, so that its first word is predicted
 * too, and one that ends it, so that a model learns where to stop.
 *
 * <pre>{@code
 * <component name="train" type="org.tribuo.distill.generation.PlainTextDataSource">
 *   <property name="dataPath" value="texts.txt"/>
 *   <property name="tokenizerPath" value="tokenizer.json"/>
 *   <property name="beginToken" value="[CLS]"/>
 *   <property name="endToken" value="[SEP]"/>
 * </component>
 * }</pre>
 *
 * <p>The file is read and tokenized once, when the source is made. Every pass makes new examples.
 * Safe for many threads.
 */
public final class PlainTextDataSource extends GeneratedTextDataSource {
  @Config(mandatory = true, description = "The file of texts.")
  private Path dataPath;

  @Config(description = "The column of the text in a table; by default each line is a text.")
  private @Nullable String textColumn;

  @Config(
      description =
          "The column of what comes before the text in a table, which is not predicted; by"
              + " default there is none.")
  private @Nullable String promptColumn;

  @Config(
      description =
          "The maximum number of tokens of a text, its prompt and special ones included: a longer one"
              + " is refused. By default any length: a text that is longer than a model reads is read in"
              + " windows.")
  private @Nullable Integer maxLength;

  /** For OLCUT. */
  private PlainTextDataSource() {}

  /**
   * The texts of a file, one a line.
   *
   * @param data the file
   * @param tokenizer the tokenizer.json of the model
   * @throws PropertyException if a file is missing or cannot be understood
   */
  public static PlainTextDataSource of(Path data, Path tokenizer) {
    return builder(data, tokenizer).read();
  }

  /** Starts with what every source needs; each line is a text, without special tokens. */
  public static Builder builder(Path data, Path tokenizer) {
    PlainTextDataSource source = new PlainTextDataSource();
    source.dataPath = Objects.requireNonNull(data, "data");
    return new Builder(source, Objects.requireNonNull(tokenizer, "tokenizer"));
  }

  @Override
  List<PlainText> read(PropertyChecks properties) {
    properties.checkFile("dataPath", dataPath, "texts");
    if (promptColumn != null && textColumn == null) {
      throw properties.refused(
          "promptColumn", "is '%s', but there is no textColumn".formatted(promptColumn));
    }
    try {
      TextFile file = TextFile.of(dataPath);
      return textColumn == null
          ? PlainTextFile.lines(file)
          : PlainTextFile.table(file, textColumn, Optional.ofNullable(promptColumn));
    } catch (IOException | IllegalArgumentException e) {
      throw new PropertyException(
          e, properties.component(), "dataPath", "%s cannot be read as texts".formatted(dataPath));
    }
  }

  @Override
  void checkSettings(PropertyChecks properties) {
    super.checkSettings(properties);
    properties.checkIfStated("textColumn", textColumn);
    properties.checkIfStated("promptColumn", promptColumn);
    properties.checkIfStated("maxLength", 1, maxLength);
  }

  @Override
  Tokens tokens(TokenizerProperty ofTokenizer, Vocabulary vocabulary) {
    int[] begin = begin(ofTokenizer, vocabulary);
    int[] end = end(ofTokenizer, vocabulary);
    return (text, tokenizer) -> tokenized(text, tokenizer, begin, end);
  }

  private Tokenized tokenized(PlainText text, TextTokenizer tokenizer, int[] begin, int[] end) {
    int[] prompt =
        text.prompt().isEmpty()
            ? begin
            : concat(begin, tokenizer.encodeWithoutSpecialTokens(text.prompt()).ids());
    int[] all = concat(prompt, tokenizer.encodeWithoutSpecialTokens(text.text()).ids(), end);
    int first = Math.max(1, prompt.length);
    if (all.length == first) {
      throw new IllegalArgumentException(
          "it has one token, which comes after nothing; state a beginToken or an endToken, or leave the line out");
    }
    if (maxLength != null && all.length > maxLength) {
      throw new IllegalArgumentException(
          "it has %d tokens, more than the maxLength of %d; shorten it, or omit maxLength: then it is read in windows"
              .formatted(all.length, maxLength));
    }
    return new Tokenized(
        Optional.empty(),
        TokenSequence.of(Arrays.copyOf(all, first)),
        GeneratedTokens.of(Arrays.copyOfRange(all, first, all.length)));
  }

  @Override
  String textsProperty() {
    return "dataPath";
  }

  @Override
  Path textsPath() {
    return dataPath;
  }

  @Override
  ConfiguredDataSourceProvenance provenance(Path tokenizer) {
    return new TokenizedFileProvenance(this, dataPath, tokenizer);
  }

  /** Makes one source in Java. */
  public static final class Builder extends SourceBuilder<PlainTextDataSource, Builder> {
    private Builder(PlainTextDataSource source, Path tokenizer) {
      super(source, tokenizer);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * The column of the text in a table.
     *
     * @throws PropertyException if it is blank
     */
    public Builder textColumn(String column) {
      source.textColumn = column;
      return checked();
    }

    /**
     * The column of what comes before the text, which is not predicted.
     *
     * @throws PropertyException if it is blank
     */
    public Builder promptColumn(String column) {
      source.promptColumn = column;
      return checked();
    }

    /**
     * The maximum number of tokens of a text; a longer one is refused.
     *
     * @throws PropertyException if it is less than 1
     */
    public Builder maxLength(int tokens) {
      source.maxLength = tokens;
      return checked();
    }
  }
}
