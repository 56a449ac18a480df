package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.internal.QuantisedWeights;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.EmbeddingFactors;

/**
 * Another student whose table of embeddings, of tokens or items, becomes the product of a narrower
 * table and a matrix, as ALBERT's is (Lan et al. 2020, arXiv:1909.11942, section 3.1): the best one
 * of its rank by the sum of squared errors, from a singular value decomposition. Both factors are
 * trained.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.FactorizedEmbeddingsStudent">
 *   <property name="source" value="layers"/>
 *   <property name="rank" value="64"/>
 * </component>
 * }</pre>
 *
 * Immutable and safe for many threads.
 */
public final class FactorizedEmbeddingsStudent implements StudentSource {
  @ConfigurableName private String component = "FactorizedEmbeddingsStudent";

  @Config(mandatory = true, description = "The student whose embeddings are factorised.")
  private StudentSource source;

  @Config(
      description =
          "The width of the narrower table, at most that of a hidden state; to be omitted where"
              + " keptVariance is stated.")
  private @Nullable Integer rank;

  @Config(
      description =
          "The fraction of the table's sum of squares that the product has at least, above 0, at most"
              + " 1: the smallest rank is taken that has it; to be omitted where a rank is stated.")
  private @Nullable Double keptVariance;

  /** For OLCUT. */
  private FactorizedEmbeddingsStudent() {}

  /**
   * A student with a table of a stated width.
   *
   * @param source the student whose embeddings are factorised
   * @param rank 1 or more
   * @throws PropertyException if it is less
   */
  public static FactorizedEmbeddingsStudent ofRank(StudentSource source, int rank) {
    FactorizedEmbeddingsStudent student = new FactorizedEmbeddingsStudent();
    student.source = source;
    student.rank = rank;
    student.postConfig();
    return student;
  }

  /**
   * A student with the narrowest table that keeps so much of the whole one.
   *
   * @param source the student whose embeddings are factorised
   * @param fraction of the table's sum of squares, above 0, at most 1
   * @throws PropertyException if it is out of its range
   */
  public static FactorizedEmbeddingsStudent keepingVariance(StudentSource source, double fraction) {
    FactorizedEmbeddingsStudent student = new FactorizedEmbeddingsStudent();
    student.source = source;
    student.keptVariance = fraction;
    student.postConfig();
    return student;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkIfStated("rank", 1, rank);
    if (keptVariance != null && !(keptVariance > 0 && keptVariance <= 1)) {
      throw properties.refused(
          "keptVariance",
          "is %s, expected a fraction above 0 and at most 1".formatted(keptVariance));
    }
    if ((rank == null) == (keptVariance == null)) {
      throw properties.refused(
          "rank",
          rank == null
              ? "is not stated, and neither is keptVariance; state one of the two"
              : "is %d, and keptVariance is %s; state one of the two"
                  .formatted(rank, keptVariance));
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if the rank is more than the width of the table
   * @throws org.tribuo.distill.graph.GraphException if the student's file holds no table of floats
   *     whose rows an input names, or a fused operator looks them up
   */
  @Override
  public Student make(StudentRequest request) throws IOException {
    Student whole = source.make(request);
    Transformer model = whole.transformer();
    QuantisedWeights.checkCanBeCut(model.graph(), source.toString());
    EmbeddingFactors.Factorised made = EmbeddingFactors.ofLargest(model, this::rank);
    return whole.with(
        made.graph().toModel(),
        String.format(
            Locale.ROOT,
            "Its embeddings are a product of rank %d, which has %.1f %% of their variance.",
            made.factors().table().dim(1),
            100 * made.factors().kept()));
  }

  private int rank(EmbeddingFactors.Kept kept) {
    if (keptVariance == null) {
      return rank(Objects.requireNonNull(rank), kept.width());
    }
    int enough = 1;
    while (enough < kept.width() && kept.at(enough) < keptVariance) {
      enough++;
    }
    return enough;
  }

  private int rank(int stated, int width) {
    if (stated > width) {
      throw new PropertyException(
          component,
          "rank",
          "is %d, but the table of embeddings is %d wide".formatted(stated, width));
    }
    return stated;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Student");
  }

  @Override
  public String toString() {
    return rank != null
        ? "FactorizedEmbeddingsStudent(%s, rank=%d)".formatted(source, rank)
        : "FactorizedEmbeddingsStudent(%s, keptVariance=%s)".formatted(source, keptVariance);
  }
}
