package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.Example;
import org.tribuo.OutputFactory;
import org.tribuo.distill.generation.internal.PlainText;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/** What sources of texts that a model learns to generate have in common. */
abstract class GeneratedTextDataSource implements ConfigurableDataSource<GeneratedTokens> {
  @ConfigurableName private String component = getClass().getSimpleName();

  @Config(mandatory = true, description = "The tokenizer.json of the model.")
  private Path tokenizerPath;

  @Config(description = "The token before each text, such as [CLS] or <s>; by default none.")
  private @Nullable String beginToken;

  @Config(description = "The token after each text, such as [SEP] or </s>; by default none.")
  private @Nullable String endToken;

  @Config(
      description =
          "How many columns the logits of the models have, where that is more than the tokenizer has"
              + " tokens; by default as many.")
  private @Nullable Integer vocabularySize;

  private List<Tokenized> texts = List.of();
  private GeneratedTokensFactory outputFactory;
  private ConfiguredDataSourceProvenance provenance;

  /**
   * A text as it was tokenized.
   *
   * @param source what it is generated of, where that is a text of its own
   * @param read what a model reads before the first token that it predicts
   */
  record Tokenized(Optional<TokenSequence> source, TokenSequence read, GeneratedTokens predicted) {
    private Example<GeneratedTokens> toExample() {
      return source
          .map(text -> text.toExample(read, predicted))
          .orElseGet(() -> read.toExample(predicted));
    }
  }

  /**
   * Checks the settings of a source of its own, and reads its texts.
   *
   * @throws PropertyException if a file is missing or cannot be understood, or a setting does not
   *     fit it
   */
  abstract List<PlainText> read(PropertyChecks properties);

  /** What turns texts into tokens. */
  abstract Tokens tokens(TokenizerProperty tokenizer, Vocabulary vocabulary);

  /** The property that names the file of the texts. */
  abstract String textsProperty();

  /** The file of the texts. */
  abstract Path textsPath();

  /** Where all comes from, once it is read. */
  abstract ConfiguredDataSourceProvenance provenance(Path tokenizer);

  /** Turns a text into tokens, of which the first are read and the others predicted. */
  interface Tokens {
    /**
     * Some tokens.
     *
     * @throws IllegalArgumentException if the text cannot be used; the message says why
     */
    Tokenized of(PlainText text, TextTokenizer tokenizer);
  }

  /**
   * Reads the files; OLCUT calls it.
   *
   * @throws PropertyException if a file is missing or cannot be understood, or a setting does not
   *     fit it; it names the component and the property
   */
  @Override
  public final void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkFile("tokenizerPath", tokenizerPath, "a tokenizer.json");
    checkSettings(properties);
    List<PlainText> read = read(properties);
    TokenizerProperty ofTokenizer =
        new TokenizerProperty(properties, "tokenizerPath", tokenizerPath);
    Vocabulary vocabulary = ofTokenizer.vocabulary(vocabularySize);
    Tokens tokens = tokens(ofTokenizer, vocabulary);
    if (read.isEmpty()) {
      throw properties.refused(textsProperty(), "%s has no texts".formatted(textsPath()));
    }
    try (TextTokenizer tokenizer = TextTokenizer.open(tokenizerPath, TokenSequence.MAX_LENGTH)) {
      texts = read.stream().map(text -> tokenized(tokens, text, tokenizer)).toList();
    } catch (IOException e) {
      throw ofTokenizer.unreadable(e);
    } catch (IllegalArgumentException e) {
      throw new PropertyException(
          e,
          component,
          textsProperty(),
          "%s has a text that cannot be used".formatted(textsPath()));
    }
    outputFactory = new GeneratedTokensFactory(vocabulary);
    provenance = provenance(tokenizerPath);
  }

  /**
   * Checks each setting that can be judged by itself.
   *
   * @throws PropertyException if one is out of its range
   */
  void checkSettings(PropertyChecks properties) {
    properties.checkIfStated("beginToken", beginToken);
    properties.checkIfStated("endToken", endToken);
    properties.checkIfStated("vocabularySize", 1, vocabularySize);
  }

  private static Tokenized tokenized(Tokens tokens, PlainText text, TextTokenizer tokenizer) {
    try {
      return tokens.of(text, tokenizer);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The text of line %d: %s".formatted(text.line(), e.getMessage()), e);
    }
  }

  /** The tokens before each text: one, or none. */
  final int[] begin(TokenizerProperty tokenizer, Vocabulary vocabulary) {
    return tokenizer.special("beginToken", beginToken, vocabulary).stream().toArray();
  }

  /** The tokens after each text: one, or none. */
  final int[] end(TokenizerProperty tokenizer, Vocabulary vocabulary) {
    return tokenizer.special("endToken", endToken, vocabulary).stream().toArray();
  }

  /** One after the other. */
  static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
  }

  /** The tokens that are predicted. */
  public final Vocabulary vocabulary() {
    return outputFactory.vocabulary();
  }

  /** The number of texts. */
  public final int size() {
    return texts.size();
  }

  @Override
  public final String toString() {
    return "%s(%s, tokenizer=%s)".formatted(getClass().getSimpleName(), textsPath(), tokenizerPath);
  }

  @Override
  public final OutputFactory<GeneratedTokens> getOutputFactory() {
    return outputFactory;
  }

  @Override
  public final ConfiguredDataSourceProvenance getProvenance() {
    return provenance;
  }

  /** New examples, in the order of the file. */
  @Override
  public final Iterator<Example<GeneratedTokens>> iterator() {
    return texts.stream().map(Tokenized::toExample).iterator();
  }

  /**
   * Makes one source in Java.
   *
   * @param <S> the source
   * @param <B> the builder itself
   */
  abstract static class SourceBuilder<
      S extends GeneratedTextDataSource, B extends SourceBuilder<S, B>> {
    /** The source as it is so far. */
    final S source;

    SourceBuilder(S source, Path tokenizer) {
      this.source = source;
      GeneratedTextDataSource settings = source;
      settings.tokenizerPath = tokenizer;
    }

    /** This. */
    abstract B self();

    /** This, if its settings are in their ranges. */
    final B checked() {
      GeneratedTextDataSource settings = source;
      settings.checkSettings(new PropertyChecks(settings.component));
      return self();
    }

    /**
     * The tokens before and after each text.
     *
     * @throws PropertyException if one is blank
     */
    public B specialTokens(String begin, String end) {
      beginToken(begin);
      return endToken(end);
    }

    /**
     * The token before each text.
     *
     * @throws PropertyException if it is blank
     */
    public B beginToken(String token) {
      GeneratedTextDataSource settings = source;
      settings.beginToken = token;
      return checked();
    }

    /**
     * The token after each text.
     *
     * @throws PropertyException if it is blank
     */
    public B endToken(String token) {
      GeneratedTextDataSource settings = source;
      settings.endToken = token;
      return checked();
    }

    /**
     * How many columns the logits of the models have, where the tokenizer has fewer tokens.
     *
     * @throws PropertyException if the number is less than 1
     */
    public B vocabularySize(int columns) {
      GeneratedTextDataSource settings = source;
      settings.vocabularySize = columns;
      return checked();
    }

    /**
     * Reads the files. To be called once.
     *
     * @throws PropertyException if a file is missing or cannot be understood, or a setting does not
     *     fit it; it names the property
     */
    public S read() {
      source.postConfig();
      return source;
    }
  }
}
