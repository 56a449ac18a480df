package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.io.IOException;
import java.util.List;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Imprint;
import org.tribuo.distill.student.internal.SampledExamples;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.Range;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.TextPairHead;

/**
 * An encoder of texts that learns from pairs with scores: it reads both texts of a pair, each by
 * itself and with the same weights, and predicts the cosine of their two vectors (Reimers and
 * Gurevych 2019, Sentence-BERT, arXiv:1908.10084; the loss is sentence-transformers' {@code
 * CosineSimilarityLoss}). An example is a pair that {@code TokenSequence.toExample(second, output)}
 * or a {@code CsvTextDataSource} with {@code separateTexts} makes, its output a {@code Regressor}
 * of one dimension.
 *
 * <p>Scores must be from -1 to 1, as cosines are; others are refused. Scores from 1 to 5 may be
 * scaled by {@code (score - 3) / 2}, or by {@code (score - 1) / 4} if unrelated texts are to be
 * orthogonal. An exported file is that of the encoder, as an {@link EmbeddingStudent} has it.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.BiEncoderStudent">
 *   <property name="encoder" value="embedder"/>
 * </component>
 * }</pre>
 *
 * Immutable and safe for many threads.
 */
public final class BiEncoderStudent implements StudentSource {
  private static final Range COSINES = new Range(-1, 1, "cosines");

  @ConfigurableName private String component = "BiEncoderStudent";

  @Config(mandatory = true, description = "What makes the vector of each text.")
  private EmbeddingStudent encoder;

  /** For OLCUT. */
  private BiEncoderStudent() {}

  /**
   * A student that compares the vectors of an encoder.
   *
   * @throws PropertyException if the encoder has a projection
   */
  public static BiEncoderStudent of(EmbeddingStudent encoder) {
    BiEncoderStudent student = new BiEncoderStudent();
    student.encoder = encoder;
    student.postConfig();
    return student;
  }

  @Override
  public void postConfig() {
    PropertyChecks.of(this, component);
    if (encoder.projection() != EmbeddingStudent.Projection.NONE) {
      throw new PropertyException(
          component,
          "encoder",
          "has the projection %s, but the cosine of two vectors of the student is compared, of whatever width; omit the projection"
              .formatted(encoder.projection()));
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if something else than one number for each pair is wanted
   * @throws org.tribuo.distill.graph.GraphException if the encoder reads a fixed number of texts
   */
  @Override
  public Student make(StudentRequest request) throws IOException {
    Head head = request.head();
    if (!head.row().equals(RowShape.of(1))) {
      throw new PropertyException(
          component,
          "encoder",
          "gives one cosine for each pair of texts, and the examples have %s; use a Regressor of one dimension"
              .formatted(head.columns()));
    }
    Student texts = encoder.makeUnprojected(request.with(texts(request.examples())));
    Graph pairs = TextPairHead.ontoEmbedder(texts.transformer().graph());
    return new Student(
        Transformer.of(pairs.toModel()),
        List.of(TextPairHead.COSINE),
        head.within(COSINES),
        texts.made(),
        Imprint.NOTHING);
  }

  /** Both texts of each pair, for a source that looks at what it computes of texts. */
  private static SampledExamples texts(SampledExamples pairs) {
    return (model, count, seed) ->
        pairs.draw(TextPairHead.readingPairs(model), count, seed).parts();
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Student");
  }

  @Override
  public String toString() {
    return "BiEncoderStudent(%s)".formatted(encoder);
  }
}
