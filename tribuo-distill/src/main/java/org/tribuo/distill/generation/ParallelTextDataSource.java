package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
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
 * Sources and their targets, such as sentences and their translations, of which an encoder-decoder
 * learns to generate the target: a parallel corpus. They are the lines of two files, each line of
 * the one belonging to that of the same number of the other; or columns of a table whose first row
 * has the names of the columns, between commas if the name of the file ends in {@code .csv}, else
 * between tabs.
 *
 * <p>Each pair is one example. The decoder reads the begin token, which starts each target as in
 * the model's own training, and all tokens of the target are predicted, each from the source and
 * those before it, the end token too. No other special tokens are added than those that are stated.
 *
 * <pre>{@code
 * <component name="train" type="org.tribuo.distill.generation.ParallelTextDataSource">
 *   <property name="sourcePath" value="train.en"/>
 *   <property name="targetPath" value="train.de"/>
 *   <property name="tokenizerPath" value="tokenizer.json"/>
 *   <property name="beginToken" value="[BOS]"/>
 *   <property name="endToken" value="[EOS]"/>
 * </component>
 * }</pre>
 *
 * <p>The files are read and tokenized once, when the source is made. Every pass makes new examples.
 * Safe for many threads.
 */
public final class ParallelTextDataSource extends GeneratedTextDataSource {
  @Config(mandatory = true, description = "The file of the sources, or of the table.")
  private Path sourcePath;

  @Config(description = "The file of the targets; to be omitted for a table.")
  private @Nullable Path targetPath;

  @Config(description = "The column of the source in a table; to be omitted for two files.")
  private @Nullable String sourceColumn;

  @Config(description = "The column of the target in a table; to be omitted for two files.")
  private @Nullable String targetColumn;

  @Config(description = "The token after each source, such as </s>; by default none.")
  private @Nullable String sourceEndToken;

  @Config(
      description =
          "The maximum number of tokens of a source, and of what is predicted of a target: longer ones"
              + " are refused. By default any length that the models read.")
  private @Nullable Integer maxLength;

  /** For OLCUT. */
  private ParallelTextDataSource() {}

  /**
   * Starts with two files, one text a line.
   *
   * @param sources the file of the sources
   * @param targets that of the targets
   * @param tokenizer the tokenizer.json of both
   */
  public static Builder builder(Path sources, Path targets, Path tokenizer) {
    ParallelTextDataSource source = new ParallelTextDataSource();
    source.sourcePath = Objects.requireNonNull(sources, "sources");
    source.targetPath = Objects.requireNonNull(targets, "targets");
    return new Builder(source, Objects.requireNonNull(tokenizer, "tokenizer"));
  }

  /**
   * Starts with a table.
   *
   * @param table the file
   * @param sourceColumn the name of the column of the sources
   * @param targetColumn that of the targets
   * @param tokenizer the tokenizer.json of both
   * @throws PropertyException if the name of a column is blank
   */
  public static Builder builder(
      Path table, String sourceColumn, String targetColumn, Path tokenizer) {
    ParallelTextDataSource source = new ParallelTextDataSource();
    source.sourcePath = Objects.requireNonNull(table, "table");
    source.sourceColumn = Objects.requireNonNull(sourceColumn, "sourceColumn");
    source.targetColumn = Objects.requireNonNull(targetColumn, "targetColumn");
    return new Builder(source, Objects.requireNonNull(tokenizer, "tokenizer")).checked();
  }

  @Override
  List<PlainText> read(PropertyChecks properties) {
    properties.checkFile("sourcePath", sourcePath, "sources");
    boolean table = targetPath == null && sourceColumn != null && targetColumn != null;
    boolean twoFiles = targetPath != null && sourceColumn == null && targetColumn == null;
    if (!table && !twoFiles) {
      throw properties.refused(
          "targetPath",
          "is %s, the sourceColumn %s and the targetColumn %s; state the targetPath of two files, or both columns of a table"
              .formatted(shown(targetPath), shown(sourceColumn), shown(targetColumn)));
    }
    try {
      TextFile sources = TextFile.of(sourcePath);
      if (targetPath == null) {
        return PlainTextFile.table(
            sources, Objects.requireNonNull(targetColumn), Optional.ofNullable(sourceColumn));
      }
      properties.checkFile("targetPath", targetPath, "targets");
      return PlainTextFile.parallel(sources, TextFile.of(targetPath));
    } catch (IOException | IllegalArgumentException e) {
      throw new PropertyException(
          e,
          properties.component(),
          "sourcePath",
          "%s cannot be read as sources with their targets".formatted(sourcePath));
    }
  }

  private static String shown(@Nullable Object stated) {
    return stated == null ? "not stated" : "'%s'".formatted(stated);
  }

  @Override
  void checkSettings(PropertyChecks properties) {
    super.checkSettings(properties);
    properties.checkIfStated("sourceColumn", sourceColumn);
    properties.checkIfStated("targetColumn", targetColumn);
    properties.checkIfStated("sourceEndToken", sourceEndToken);
    properties.checkIfStated("maxLength", 1, maxLength);
  }

  @Override
  Tokens tokens(TokenizerProperty ofTokenizer, Vocabulary vocabulary) {
    int[] begin = begin(ofTokenizer, vocabulary);
    if (begin.length == 0) {
      throw ofTokenizer
          .properties()
          .refused("beginToken", "is not stated, expected the token with which a decoder starts");
    }
    int[] end = end(ofTokenizer, vocabulary);
    int[] endOfSource =
        ofTokenizer.special("sourceEndToken", sourceEndToken, vocabulary).stream().toArray();
    return (text, tokenizer) ->
        new Tokenized(
            Optional.of(TokenSequence.of(checked("source", text.prompt(), tokenizer, endOfSource))),
            TokenSequence.of(begin),
            GeneratedTokens.of(checked("target", text.text(), tokenizer, end)));
  }

  private int[] checked(String which, String text, TextTokenizer tokenizer, int[] end) {
    int[] tokens = concat(tokenizer.encodeWithoutSpecialTokens(text).ids(), end);
    int most = maxLength == null ? TokenSequence.MAX_LENGTH : maxLength;
    if (tokens.length == 0 || tokens.length > most) {
      throw new IllegalArgumentException(
          "its %s has %d tokens, expected 1 to %d; leave the pair out, or state another maxLength"
              .formatted(which, tokens.length, most));
    }
    return tokens;
  }

  @Override
  String textsProperty() {
    return "sourcePath";
  }

  @Override
  Path textsPath() {
    return sourcePath;
  }

  @Override
  ConfiguredDataSourceProvenance provenance(Path tokenizer) {
    return targetPath == null
        ? new TokenizedFileProvenance(this, sourcePath, tokenizer)
        : new TokenizedFileProvenance(this, sourcePath, targetPath, tokenizer);
  }

  /** Makes one source in Java. */
  public static final class Builder extends SourceBuilder<ParallelTextDataSource, Builder> {
    private Builder(ParallelTextDataSource source, Path tokenizer) {
      super(source, tokenizer);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * The token after each source.
     *
     * @throws PropertyException if it is blank
     */
    public Builder sourceEndToken(String token) {
      source.sourceEndToken = token;
      return checked();
    }

    /**
     * The maximum number of tokens of a source, and of a target; longer ones are refused.
     *
     * @throws PropertyException if it is less than 1
     */
    public Builder maxLength(int tokens) {
      source.maxLength = tokens;
      return checked();
    }
  }
}
