package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * DIST (Huang et al. 2022, arXiv:2205.10536): the student keeps the teacher's relations instead of
 * its probabilities. {@code T² [β (1 - mean over rows of ρ(row)) + γ (1 - mean over classes of
 * ρ(column))]} with Pearson's correlation ρ between the softened probabilities of student and
 * teacher: of the classes in one row, and of the rows in one class. For a teacher much stronger
 * than its student.
 *
 * <p>Where rows have weights, means, variances and covariances over rows are weighted by them.
 *
 * <p>Only rows that count are correlated. In a batch with two such rows the correlation of a column
 * can be 1 or -1 only, with one row it is 0: batches of so few examples are refused, use larger
 * ones or γ = 0.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.loss.Dist">
 *   <property name="beta" value="2"/>
 * </component>
 * }</pre>
 */
public final class Dist implements SoftLoss {
  @ConfigurableName private String component = "Dist";

  @Config(description = "The weight of the correlation between classes, 0 or more.")
  private double beta = 1;

  @Config(description = "The weight of the correlation between rows of a batch, 0 or more.")
  private double gamma = 1;

  /** With β = γ = 1. */
  public Dist() {}

  /**
   * A loss with these weights.
   *
   * @param beta β, the weight of the correlation between classes, 0 or more; 1 or 2 in the paper
   * @param gamma γ, the weight of the correlation between rows, 0 or more; 1 or 2 in the paper
   * @throws PropertyException if one is negative, or both are 0
   */
  public Dist(double beta, double gamma) {
    this.beta = beta;
    this.gamma = gamma;
    postConfig();
  }

  @Override
  public void postConfig() {
    PropertyChecks.of(this, component).checkWeights("beta", beta, "gamma", gamma);
  }

  @Override
  public boolean ignoresImpossibleClasses() {
    return false;
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.PROBABILITIES);
  }

  @Override
  public Value over(Ops op, Rows rows) {
    if (beta > 0) {
      rows.requireClasses(
          3,
          "Dist",
          "the two probabilities of a row always correlate perfectly, use beta = 0 or"
              + " KlDivergence");
    }
    Value p = op.softmax(op.div(rows.teacher(), rows.temperature()), -1);
    Value q = op.softmax(op.div(rows.student(), rows.temperature()), -1);
    List<Value> parts = new ArrayList<>();
    if (beta > 0) {
      parts.add(op.mul(rows.mean(op.oneMinus(rowCorrelation(op, p, q))), beta));
    }
    if (gamma > 0) {
      Value meanCorrelation = op.reduceMean(columnCorrelation(op, rows, p, q));
      parts.add(op.mul(op.oneMinus(meanCorrelation), gamma));
    }
    Value sum = parts.stream().reduce(op::add).orElseThrow();
    return op.mul(sum, op.square(rows.temperature()));
  }

  @Override
  public boolean weighsRows() {
    return true;
  }

  @Override
  public int fewestRows() {
    return gamma > 0 ? 3 : 1;
  }

  private static Value rowCorrelation(Ops op, Value p, Value q) {
    return Cosine.of(
        op, op.sub(p, op.reduceMeanKeep(p, -1)), op.sub(q, op.reduceMeanKeep(q, -1)), 1);
  }

  private static Value columnCorrelation(Ops op, Rows rows, Value p, Value q) {
    Value weights = op.unsqueeze(rows.weights(), 1);
    Value roots = rows.isWeighted() ? op.sqrt(weights) : weights;
    Value total = rows.total(weights);
    return Cosine.of(
        op,
        centredColumns(op, p, weights, roots, total),
        centredColumns(op, q, weights, roots, total),
        0);
  }

  /**
   * Differences from the column's mean over the rows that count, times the root of the row's
   * weight; 0 in the other rows.
   */
  private static Value centredColumns(Ops op, Value x, Value weights, Value roots, Value total) {
    Value mean = op.div(op.reduceSumKeep(op.mul(x, weights), 0), total);
    return op.mul(op.sub(x, mean), roots);
  }

  @Override
  public String toString() {
    return "Dist(beta=%s, gamma=%s)".formatted(beta, gamma);
  }
}
