package org.tribuo.distill.span;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.Example;
import org.tribuo.OutputFactory;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.input.internal.text.ContextTokens;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.input.internal.text.TokenizedFileProvenance;
import org.tribuo.distill.input.text.QuestionTokenizer;
import org.tribuo.distill.input.text.TextFile;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.span.internal.Question;
import org.tribuo.distill.span.internal.QuestionTable;
import org.tribuo.distill.span.internal.SquadFile;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * Questions about texts, with their answers: from JSON in the form of SQuAD 1.1 or 2.0, if the name
 * of the file ends in {@code .json}, else from a table of rows with the columns {@code question},
 * {@code context}, {@code answer} and {@code start}, between commas, or between tabs if it ends in
 * {@code .tsv}.
 *
 * <p>Where an answer begins is counted in code points, as Python counts characters, and must be
 * where its text is; without a place it is where the text occurs first. A question of SQuAD that is
 * impossible, or whose list of answers is empty, has no answer, and so has a row with the start -1.
 * Where the list is missing, or the cells are empty, the answer is not known.
 *
 * <pre>{@code
 * <component name="train" type="org.tribuo.distill.span.QuestionDataSource">
 *   <property name="dataPath" value="train-v2.0.json"/>
 *   <property name="tokenizerPath" value="tokenizer.json"/>
 * </component>
 * }</pre>
 *
 * <p>The file is read and tokenized once, when the source is made. Every pass makes new examples.
 * Safe for many threads.
 */
public final class QuestionDataSource implements ConfigurableDataSource<Span> {
  @ConfigurableName private String component = "QuestionDataSource";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(mandatory = true, description = "The file of questions: .json as SQuAD, .csv or .tsv.")
  private Path dataPath;

  @Config(mandatory = true, description = "The tokenizer.json of the model that reads the texts.")
  private Path tokenizerPath;

  @Config(description = "Whether questions keep their answers; if not, none is known.")
  private boolean keepAnswers = true;

  @Config(description = "The column of the question, in a table.")
  private String questionColumn = "question";

  @Config(description = "The column of the text in which the answer is sought, in a table.")
  private String contextColumn = "context";

  @Config(description = "The column of the answer, in a table; need not be there.")
  private String answerColumn = "answer";

  @Config(
      description =
          "The column of the answer's first character, from 0, in a table; -1 where there is no"
              + " answer. Need not be there.")
  private String startColumn = "start";

  private final SpanFactory outputFactory = new SpanFactory();
  private final List<Asked> questions = new ArrayList<>();
  private ConfiguredDataSourceProvenance provenance;

  /** A question as it was tokenized. */
  private record Asked(ContextTokens tokens, RawText texts, Span answer) {
    static Asked of(Example<Span> example) {
      return new Asked(
          ContextTokens.of(example), RawText.of(example).orElseThrow(), example.getOutput());
    }

    Example<Span> toExample() {
      Example<Span> example = tokens.toExample(answer);
      texts.keepIn(example);
      return example;
    }
  }

  /** For OLCUT. */
  private QuestionDataSource() {}

  /**
   * The questions of a file.
   *
   * @param data the file
   * @param tokenizer the tokenizer.json of the model that reads the texts
   * @throws PropertyException if a file is missing or cannot be understood
   */
  public static QuestionDataSource of(Path data, Path tokenizer) {
    QuestionDataSource source = new QuestionDataSource();
    source.dataPath = data;
    source.tokenizerPath = tokenizer;
    source.postConfig();
    return source;
  }

  /** The same questions, whose answers are not known. */
  public QuestionDataSource withoutAnswers() {
    QuestionDataSource source = new QuestionDataSource();
    source.dataPath = dataPath;
    source.tokenizerPath = tokenizerPath;
    source.keepAnswers = false;
    source.questionColumn = questionColumn;
    source.contextColumn = contextColumn;
    source.answerColumn = answerColumn;
    source.startColumn = startColumn;
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
    properties.checkFile("dataPath", dataPath, "questions");
    properties.checkFile("tokenizerPath", tokenizerPath, "a tokenizer.json");
    List<Question> read = read();
    if (read.isEmpty()) {
      throw properties.refused("dataPath", "%s has no questions".formatted(dataPath));
    }
    tokenize(read);
    provenance = new TokenizedFileProvenance(this, dataPath, tokenizerPath);
  }

  private List<Question> read() {
    boolean json = dataPath.toString().endsWith(".json");
    try {
      TextFile file = TextFile.of(dataPath);
      return json
          ? SquadFile.read(file)
          : new QuestionTable(questionColumn, contextColumn, answerColumn, startColumn).read(file);
    } catch (IOException | IllegalArgumentException e) {
      throw new PropertyException(
          e,
          component,
          "dataPath",
          "%s cannot be read as %s".formatted(dataPath, json ? "SQuAD's JSON" : "a table"));
    }
  }

  private void tokenize(List<Question> read) {
    try (QuestionTokenizer tokenizer = QuestionTokenizer.open(tokenizerPath)) {
      for (Question question : read) {
        questions.add(Asked.of(encode(question, tokenizer)));
      }
    } catch (IOException e) {
      throw new PropertyException(
          e, component, "tokenizerPath", "%s cannot be read".formatted(tokenizerPath));
    } catch (IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "dataPath", "%s has a question that cannot be used".formatted(dataPath));
    }
  }

  private Example<Span> encode(Question question, QuestionTokenizer tokenizer) {
    Span answer = keepAnswers ? question.answer() : Span.unknown();
    try {
      return tokenizer.encode(question.question(), question.context(), answer);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s: %s".formatted(question.where(), e.getMessage()), e);
    }
  }

  /** The number of questions. */
  public int size() {
    return questions.size();
  }

  @Override
  public OutputFactory<Span> getOutputFactory() {
    return outputFactory;
  }

  @Override
  public ConfiguredDataSourceProvenance getProvenance() {
    return provenance;
  }

  /** New examples, in the order of the file. */
  @Override
  public Iterator<Example<Span>> iterator() {
    return questions.stream().map(Asked::toExample).iterator();
  }

  @Override
  public String toString() {
    return "QuestionDataSource(%s, tokenizer=%s)".formatted(dataPath, tokenizerPath);
  }
}
