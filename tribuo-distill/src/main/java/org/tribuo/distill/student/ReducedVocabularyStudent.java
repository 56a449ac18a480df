package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.file.internal.FileDigests;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.text.CsvTextDataSourceProvenance;
import org.tribuo.distill.input.internal.text.RetokenizedTexts;
import org.tribuo.distill.input.text.KeptVocabulary;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.internal.component.FileHashProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * Another student with the tokens of a reduced tokenizer alone: the rows of all others are gone
 * from its embedding table before it is trained. The dataset is then one of the reduced tokenizer,
 * and a teacher that still has the whole vocabulary is one that {@code reads} its own tokenizer.
 * Students that are chosen by what they compute of the examples, such as {@link NarrowedStudent},
 * are cut out of this one.
 *
 * <p>A language model's logits are those of the reduced vocabulary too; columns behind those of the
 * tokens, of one that is filled up, are gone with them.
 *
 * <pre>{@code
 * KeptVocabulary.of(tokenizer, texts, 2).writeTokenizer(small);
 * StudentSource student = ReducedVocabularyStudent.of(OnnxStudent.of(file), tokenizer, small);
 * OnnxTeacher teacher = OnnxTeacher.of(file).reading(tokenizer);
 * }</pre>
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.ReducedVocabularyStudent">
 *   <property name="source" value="whole"/>
 *   <property name="tokenizer" value="tokenizer.json"/>
 *   <property name="reducedTokenizer" value="small-tokenizer.json"/>
 * </component>
 * }</pre>
 *
 * Immutable and safe for many threads.
 */
public final class ReducedVocabularyStudent implements StudentSource {
  @ConfigurableName private String component = "ReducedVocabularyStudent";

  @Config(mandatory = true, description = "The student with the whole vocabulary.")
  private StudentSource source;

  @Config(mandatory = true, description = "The tokenizer.json of that student.")
  private Path tokenizer;

  @Config(
      mandatory = true,
      description = "The tokenizer.json that KeptVocabulary wrote of that tokenizer.")
  private Path reducedTokenizer;

  /** For OLCUT. */
  private ReducedVocabularyStudent() {}

  /**
   * A student with fewer tokens.
   *
   * @param source the student with the whole vocabulary
   * @param tokenizer the {@code tokenizer.json} of that student
   * @param reducedTokenizer what {@link KeptVocabulary#writeTokenizer} wrote of that tokenizer
   * @throws PropertyException if there is no such file
   */
  public static ReducedVocabularyStudent of(
      StudentSource source, Path tokenizer, Path reducedTokenizer) {
    ReducedVocabularyStudent student = new ReducedVocabularyStudent();
    student.source = source;
    student.tokenizer = tokenizer;
    student.reducedTokenizer = reducedTokenizer;
    student.postConfig();
    return student;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkFile("tokenizer", tokenizer, "the tokenizer.json of the student");
    properties.checkFile(
        "reducedTokenizer", reducedTokenizer, "what KeptVocabulary wrote of the tokenizer");
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if the reduced tokenizer is not made of the other, or the source
   *     looks at examples, whose tokens it does not have
   * @throws org.tribuo.distill.graph.GraphException if the student has no embedding table for
   *     tokens, or one that cannot be cut
   */
  @Override
  public Student make(StudentRequest request) throws IOException {
    KeptVocabulary kept = kept();
    int tokens = TextTokenizer.vocabulary(tokenizer).size();
    Head head = request.head();
    boolean ofTokens = head.columnsGiven();
    Head ofWhole = ofTokens ? head.withColumns(LabelOrder.numbered(tokens)) : head;
    Student whole = source.make(request.with(this::refuseExamples).with(ofWhole));
    return whole
        .with(kept.cut(whole.model()), ofTokens ? head : whole.head())
        .made(String.format(Locale.ROOT, "Of %,d tokens %,d stay.", tokens, kept.size()));
  }

  /** The examples have the reduced tokenizer's tokens, which a model with all tokens misreads. */
  private ExampleInputs<?> refuseExamples(Transformer model, int count, long seed) {
    throw new PropertyException(
        component,
        "source",
        "%s is made by what it computes for examples, whose tokens are those of %s, and it still has others; cut the vocabulary first, and make the rest of this student"
            .formatted(source, reducedTokenizer));
  }

  /**
   * The number of tokens that it has.
   *
   * @throws PropertyException if the reduced tokenizer is not made of the other
   * @throws IOException if one of them cannot be read
   */
  public int vocabularySize() throws IOException {
    return kept().size();
  }

  /**
   * Examples in the tokens of the whole tokenizer as this student reads them: their texts in its
   * tokens, with outputs, weights and metadata.
   *
   * @param examples each keeps its text, as those of a {@code CsvTextDataSource} do on request
   * @throws PropertyException if a data source made them with another tokenizer
   * @throws IllegalArgumentException if one keeps no text; the message names it
   * @throws IOException if a tokenizer cannot be read
   */
  public <T extends Output<T>> Dataset<T> read(Dataset<T> examples) throws IOException {
    Set<String> ofExamples = CsvTextDataSourceProvenance.tokenizers(examples.getSourceProvenance());
    if (!ofExamples.isEmpty() && !ofExamples.contains(FileDigests.sha256(tokenizer))) {
      throw new PropertyChecks(component)
          .refused(
              "tokenizer",
              "is %s, but the examples have the tokens of another; name the tokenizer of the whole student, and read the examples with it"
                  .formatted(tokenizer));
    }
    int positions =
        CsvTextDataSourceProvenance.maxTokens(examples.getSourceProvenance())
            .orElse(TextTokenizer.DEFAULT_MAX_LENGTH);
    return RetokenizedTexts.dataset(
        examples, reducedTokenizer, positions, "which students read in other tokens");
  }

  private KeptVocabulary kept() throws IOException {
    try {
      return KeptVocabulary.read(tokenizer, reducedTokenizer);
    } catch (IllegalArgumentException e) {
      throw new PropertyChecks(component)
          .refused("reducedTokenizer", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return FileHashProvenance.of(
        this,
        "Student",
        Map.of("tokenizer-hash", tokenizer, "reduced-tokenizer-hash", reducedTokenizer));
  }

  @Override
  public String toString() {
    return "ReducedVocabularyStudent(%s, tokenizer=%s)".formatted(source, reducedTokenizer);
  }
}
