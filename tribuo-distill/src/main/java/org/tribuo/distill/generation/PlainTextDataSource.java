package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.Example;
import org.tribuo.OutputFactory;
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
 * {@code .csv}, else between tabs. Lines of white space alone are no texts.
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
public final class PlainTextDataSource implements ConfigurableDataSource<GeneratedTokens> {
  @ConfigurableName private String component = "PlainTextDataSource";

  @Config(mandatory = true, description = "The file of texts.")
  private Path dataPath;

  @Config(mandatory = true, description = "The tokenizer.json of the model.")
  private Path tokenizerPath;

  @Config(description = "The column of the text in a table; empty if each line is a text.")
  private String textColumn = "";

  @Config(
      description =
          "The column of what comes before the text in a table, which is not predicted; empty if"
              + " there is none.")
  private String promptColumn = "";

  @Config(description = "The token before each text, such as [CLS] or <s>; empty for none.")
  private String beginToken = "";

  @Config(description = "The token behind each text, such as [SEP] or </s>; empty for none.")
  private String endToken = "";

  @Config(
      description =
          "The maximum number of tokens of a text, its prompt and special ones included: a longer one"
              + " is refused. 0 for any length: a text that is longer than a model reads is read in"
              + " windows.")
  private int maxLength;

  @Config(
      description =
          "How many columns the logits of the models have, where that is more than the tokenizer has"
              + " tokens; 0 for as many.")
  private int vocabularySize;

  private final List<Tokenized> texts = new ArrayList<>();
  private GeneratedTokensFactory outputFactory;
  private ConfiguredDataSourceProvenance provenance;

  /** A text as it was tokenized. */
  private record Tokenized(TokenSequence read, GeneratedTokens predicted) {
    Example<GeneratedTokens> toExample() {
      return read.toExample(predicted);
    }
  }

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
    source.dataPath = data;
    source.tokenizerPath = tokenizer;
    return new Builder(source);
  }

  /**
   * Reads the files; OLCUT calls it.
   *
   * @throws PropertyException if a file is missing or cannot be understood, or a setting does not
   *     fit it; it names the component and the property
   */
  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkFile("dataPath", dataPath, "texts");
    properties.checkFile("tokenizerPath", tokenizerPath, "a tokenizer.json");
    properties.checkAtLeast("maxLength", 0, maxLength);
    properties.checkAtLeast("vocabularySize", 0, vocabularySize);
    if (!promptColumn.isEmpty() && textColumn.isEmpty()) {
      throw properties.refused(
          "promptColumn", "is '%s', but there is no textColumn".formatted(promptColumn));
    }
    TokenizerProperty ofTokenizer =
        new TokenizerProperty(properties, "tokenizerPath", tokenizerPath);
    Vocabulary vocabulary = ofTokenizer.vocabulary(vocabularySize);
    int[] begin = ofTokenizer.special("beginToken", beginToken, vocabulary).stream().toArray();
    int[] end = ofTokenizer.special("endToken", endToken, vocabulary).stream().toArray();
    List<PlainText> read = read();
    if (read.isEmpty()) {
      throw properties.refused("dataPath", "%s has no texts".formatted(dataPath));
    }
    try (TextTokenizer tokenizer = TextTokenizer.open(tokenizerPath, TokenSequence.MAX_LENGTH)) {
      for (PlainText text : read) {
        texts.add(tokenized(text, tokenizer, begin, end));
      }
    } catch (IOException e) {
      throw ofTokenizer.unreadable(e);
    } catch (IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "dataPath", "%s has a text that cannot be used".formatted(dataPath));
    }
    outputFactory = new GeneratedTokensFactory(vocabulary);
    provenance = new TokenizedFileProvenance(this, dataPath, tokenizerPath);
  }

  private List<PlainText> read() {
    try {
      return new PlainTextFile(textColumn, promptColumn).read(TextFile.of(dataPath));
    } catch (IOException | IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "dataPath", "%s cannot be read as texts".formatted(dataPath));
    }
  }

  private Tokenized tokenized(PlainText text, TextTokenizer tokenizer, int[] begin, int[] end) {
    try {
      int[] prompt =
          text.prompt().isEmpty()
              ? begin
              : concat(begin, tokenizer.encodeWithoutSpecialTokens(text.prompt()).ids());
      int[] own = concat(tokenizer.encodeWithoutSpecialTokens(text.text()).ids(), end);
      int[] all = concat(prompt, own);
      int first = Math.max(1, prompt.length);
      if (all.length == first) {
        throw new IllegalArgumentException(
            "it has one token, which comes after nothing; state a beginToken or an endToken, or leave the line out");
      }
      if (maxLength > 0 && all.length > maxLength) {
        throw new IllegalArgumentException(
            "it has %d tokens, more than the maxLength of %d; shorten it, or omit maxLength: then it is read in windows"
                .formatted(all.length, maxLength));
      }
      return new Tokenized(
          TokenSequence.of(Arrays.copyOf(all, first)),
          GeneratedTokens.of(Arrays.copyOfRange(all, first, all.length)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The text of line %d: %s".formatted(text.line(), e.getMessage()), e);
    }
  }

  private static int[] concat(int[] first, int[] second) {
    return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
  }

  /** The tokens that are predicted. */
  public Vocabulary vocabulary() {
    return outputFactory.vocabulary();
  }

  /** The number of texts. */
  public int size() {
    return texts.size();
  }

  @Override
  public OutputFactory<GeneratedTokens> getOutputFactory() {
    return outputFactory;
  }

  @Override
  public ConfiguredDataSourceProvenance getProvenance() {
    return provenance;
  }

  /** New examples, in the order of the file. */
  @Override
  public Iterator<Example<GeneratedTokens>> iterator() {
    return texts.stream().map(Tokenized::toExample).iterator();
  }

  @Override
  public String toString() {
    return "PlainTextDataSource(%s, tokenizer=%s)".formatted(dataPath, tokenizerPath);
  }

  /** Makes one source in Java. */
  public static final class Builder {
    private final PlainTextDataSource source;

    private Builder(PlainTextDataSource source) {
      this.source = source;
    }

    /** The column of the text in a table. */
    public Builder textColumn(String column) {
      source.textColumn = column;
      return this;
    }

    /** The column of what comes before the text, which is not predicted. */
    public Builder promptColumn(String column) {
      source.promptColumn = column;
      return this;
    }

    /** The tokens before and behind each text; empty for none. */
    public Builder specialTokens(String begin, String end) {
      source.beginToken = begin;
      source.endToken = end;
      return this;
    }

    /** The maximum number of tokens of a text; a longer one is refused. */
    public Builder maxLength(int tokens) {
      source.maxLength = tokens;
      return this;
    }

    /** How many columns the logits of the models have, where the tokenizer has fewer tokens. */
    public Builder vocabularySize(int columns) {
      source.vocabularySize = columns;
      return this;
    }

    /**
     * Reads the files. To be called once.
     *
     * @throws PropertyException as {@link PlainTextDataSource#postConfig}
     */
    public PlainTextDataSource read() {
      source.postConfig();
      return source;
    }
  }
}
