package org.tribuo.distill.input.text;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tribuo.OutputFactory;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.input.internal.text.TokenizedFileProvenance;
import org.tribuo.distill.input.internal.text.WordFeatures;
import org.tribuo.distill.input.internal.text.WordPieces;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.provenance.DataSourceProvenance;
import org.tribuo.sequence.SequenceDataSource;
import org.tribuo.sequence.SequenceExample;

/**
 * Sentences with a label for each word, from a file in CoNLL's columns: a line a word, an empty
 * line after each sentence. Columns are separated by a tab where the line has one, else by spaces;
 * line ends are those of any system. Marks of documents ({@code -DOCSTART-}) end a sentence, as an
 * empty line does. Comments are left out if their prefix is stated: without it {@code #} is a word
 * like others. A word whose label is {@code _} is unlabelled.
 *
 * <pre>{@code
 * <component name="train" type="org.tribuo.distill.input.text.ConllDataSource">
 *   <property name="dataPath" value="train.conll"/>
 *   <property name="tokenizerPath" value="tokenizer.json"/>
 * </component>
 * }</pre>
 *
 * <p>The files are read once, when the source is made. Every pass makes new sequences. Safe for
 * many threads.
 */
public final class ConllDataSource implements SequenceDataSource<Label>, Configurable {
  private static final String UNLABELLED = "_";

  @ConfigurableName private String component = "ConllDataSource";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(mandatory = true, description = "The file of words and labels, in UTF-8.")
  private Path dataPath;

  @Config(mandatory = true, description = "The tokenizer.json of the model that reads the words.")
  private Path tokenizerPath;

  @Config(description = "The column of the words, from 0.")
  private int wordColumn;

  @Config(description = "The column of the labels, from 0; negative numbers count from the end.")
  private int labelColumn = -1;

  @Config(
      description =
          "Whether the words keep their labels; if not, all are unlabelled, and the file need not"
              + " have a column for labels.")
  private boolean keepLabels = true;

  @Config(
      description =
          "Sentences without labels that are made of the file's, and come after them; by default"
              + " there are none.")
  private @Nullable TextAugmentation augmentation;

  @Config(description = "What lines begin with that are comments; by default there are none.")
  private @Nullable String commentPrefix;

  private final LabelFactory outputFactory = new LabelFactory();
  private List<ConllFile.Sentence> sentences = List.of();
  private List<WordPieces> pieces = List.of();
  private TokenizedFileProvenance provenance;

  /** For OLCUT. */
  private ConllDataSource() {}

  /**
   * The words of the first column with the labels of the last.
   *
   * @param data the file
   * @param tokenizer the tokenizer.json of the model that reads the words
   * @throws PropertyException if a file is missing or cannot be understood
   */
  public static ConllDataSource of(Path data, Path tokenizer) {
    return of(data, tokenizer, 0, -1);
  }

  /**
   * The same file with other columns.
   *
   * @param words from 0
   * @param labels from 0; a negative number counts from the end
   * @throws PropertyException if a line does not have these columns
   */
  public static ConllDataSource of(Path data, Path tokenizer, int words, int labels) {
    return of(data, tokenizer, words, labels, null, true);
  }

  /**
   * The same file with other columns, and with comments.
   *
   * @param words from 0
   * @param labels from 0; a negative number counts from the end
   * @param commentPrefix what comments begin with
   * @throws PropertyException if a line does not have these columns, or the prefix is blank
   */
  public static ConllDataSource of(
      Path data, Path tokenizer, int words, int labels, String commentPrefix) {
    return of(data, tokenizer, words, labels, commentPrefix, true);
  }

  /**
   * The words of the first column without labels, of which the file need not have any.
   *
   * @throws PropertyException if a file is missing or cannot be understood
   */
  public static ConllDataSource ofWords(Path data, Path tokenizer) {
    return of(data, tokenizer, 0, -1, null, false);
  }

  /** The same sentences without their labels. */
  public ConllDataSource withoutLabels() {
    return with(other -> other.keepLabels = false);
  }

  /** The same sentences, and after them sentences without labels that are made of them. */
  public ConllDataSource withAugmentation(TextAugmentation augmentation) {
    return with(other -> other.augmentation = augmentation);
  }

  private ConllDataSource with(Consumer<ConllDataSource> change) {
    ConllDataSource other = new ConllDataSource();
    other.dataPath = dataPath;
    other.tokenizerPath = tokenizerPath;
    other.wordColumn = wordColumn;
    other.labelColumn = labelColumn;
    other.commentPrefix = commentPrefix;
    other.keepLabels = keepLabels;
    other.augmentation = augmentation;
    change.accept(other);
    other.postConfig();
    return other;
  }

  private static ConllDataSource of(
      Path data,
      Path tokenizer,
      int words,
      int labels,
      @Nullable String commentPrefix,
      boolean keepLabels) {
    ConllDataSource source = new ConllDataSource();
    source.dataPath = data;
    source.tokenizerPath = tokenizer;
    source.wordColumn = words;
    source.labelColumn = labels;
    source.commentPrefix = commentPrefix;
    source.keepLabels = keepLabels;
    source.postConfig();
    return source;
  }

  /**
   * Reads the files; OLCUT calls it.
   *
   * @throws PropertyException if a file is missing or cannot be understood; it names the component
   *     and the property
   */
  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (wordColumn < 0) {
      throw refused("wordColumn", "is %d, expected 0 or more".formatted(wordColumn));
    }
    properties.checkIfStated("commentPrefix", commentPrefix);
    checkFile("dataPath", dataPath);
    checkFile("tokenizerPath", tokenizerPath);
    sentences = read();
    if (sentences.isEmpty()) {
      throw refused("dataPath", "%s has no sentences".formatted(dataPath));
    }
    sentences = withCopies(sentences);
    pieces = tokenized();
    provenance = new TokenizedFileProvenance(this, dataPath, tokenizerPath);
  }

  private List<ConllFile.Sentence> read() {
    try {
      int labels = keepLabels ? labelColumn : wordColumn;
      return new ConllFile(
              TextFile.of(dataPath), wordColumn, labels, Optional.ofNullable(commentPrefix))
          .sentences();
    } catch (IOException | IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "dataPath", "%s cannot be read in columns".formatted(dataPath));
    }
  }

  private List<ConllFile.Sentence> withCopies(List<ConllFile.Sentence> all) {
    if (augmentation == null) {
      return all;
    }
    List<List<String>> copies =
        augmentation.ofWords(all.stream().map(ConllFile.Sentence::words).toList());
    if (copies.isEmpty()) {
      throw refused("augmentation", TextAugmentation.NO_COPIES.formatted(dataPath));
    }
    return Stream.concat(all.stream(), copies.stream().map(ConllDataSource::unlabelled)).toList();
  }

  private static ConllFile.Sentence unlabelled(List<String> words) {
    return new ConllFile.Sentence(words, Collections.nCopies(words.size(), UNLABELLED));
  }

  private List<WordPieces> tokenized() {
    try (WordTokenizer tokenizer = WordTokenizer.open(tokenizerPath)) {
      return sentences.stream().map(sentence -> tokenizer.pieces(sentence.words())).toList();
    } catch (IOException e) {
      throw new PropertyException(
          e, component, "tokenizerPath", "%s cannot be read".formatted(tokenizerPath));
    } catch (IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "dataPath", "%s cannot be tokenized".formatted(dataPath));
    }
  }

  private void checkFile(String property, Path file) {
    if (!Files.isRegularFile(file)) {
      throw refused(property, "there is no file %s".formatted(file));
    }
  }

  private PropertyException refused(String property, String message) {
    return new PropertyException(component, property, message);
  }

  /** The number of sentences. */
  public int size() {
    return sentences.size();
  }

  @Override
  public OutputFactory<Label> getOutputFactory() {
    return outputFactory;
  }

  @Override
  public DataSourceProvenance getProvenance() {
    return provenance;
  }

  /** New sequences, in the order of the file. */
  @Override
  public Iterator<SequenceExample<Label>> iterator() {
    return IntStream.range(0, sentences.size()).mapToObj(this::sequence).iterator();
  }

  private SequenceExample<Label> sequence(int number) {
    ConllFile.Sentence sentence = sentences.get(number);
    return WordFeatures.toSequence(
        pieces.get(number), sentence.words(), sentence.labels().stream().map(this::label).toList());
  }

  private Label label(String name) {
    return keepLabels && !name.equals(UNLABELLED) ? new Label(name) : LabelFactory.UNKNOWN_LABEL;
  }

  @Override
  public String toString() {
    return "ConllDataSource(%s, tokenizer=%s)".formatted(dataPath, tokenizerPath);
  }
}
