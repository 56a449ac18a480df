package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.OptionalInt;
import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Kullback-Leibler divergence from a teacher of which only the k largest logits were kept, as one
 * does for language models with large vocabularies, in nats: {@code T² Σ p (log p - log q)} over
 * these k classes. The teacher's k probabilities are renormalised at T, so that they sum to 1; the
 * student's are those of its softmax over all classes.
 *
 * <p>Mean over the rows that count, times T². With k the number of classes it is {@link
 * KlDivergence}; with fewer, the teacher seems surer than it is.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.loss.SparseKlDivergence">
 *   <property name="k" value="10"/>
 * </component>
 * }</pre>
 */
public final class SparseKlDivergence implements RowwiseSoftLoss {
  @ConfigurableName private String component = "SparseKlDivergence";

  @Config(mandatory = true, description = "How many of the teacher's largest logits count.")
  private int k;

  /** For OLCUT. */
  private SparseKlDivergence() {}

  /**
   * A loss of the k largest logits.
   *
   * @param k how many classes the teacher gives for each row: {@code teacher_logits} [rows..., k]
   *     of the classes {@code teacher_logits_indices}, int64 [rows..., k]
   * @throws PropertyException if k is less than 1
   */
  public SparseKlDivergence(int k) {
    this.k = k;
    postConfig();
  }

  @Override
  public void postConfig() {
    new PropertyChecks(component).checkAtLeast("k", 1, k);
  }

  @Override
  public OptionalInt largestOfTeacher() {
    return OptionalInt.of(k);
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.PROBABILITIES);
  }

  @Override
  public Value perRow(Ops op, Rows rows) {
    rows.requireClasses(k, "SparseKlDivergence of %d classes".formatted(k), "use a smaller k");
    Value temperature = rows.temperature();
    Value logP = op.logSoftmax(op.div(rows.largestOfTeacher(k), temperature), -1);
    Value logQ = op.logSoftmax(op.div(rows.student(), temperature), -1);
    Value ofLargest = op.gatherElements(logQ, rows.classesOfLargest(k), 1);
    return op.mul(Softened.divergence(op, logP, ofLargest), op.square(temperature));
  }

  @Override
  public String toString() {
    return "SparseKlDivergence(k=%d)".formatted(k);
  }
}
