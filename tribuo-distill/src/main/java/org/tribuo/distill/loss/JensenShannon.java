package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Generalised Jensen-Shannon divergence, in nats: {@code T² [(1 - β) KL(p‖m) + β KL(q‖m)]} with the
 * mixture {@code m = β p + (1 - β) q} of the softened teacher p and student q. Bounded, and between
 * the other two divergences: β = 0 is {@link KlDivergence}, β = 1 is {@link ReverseKl}. After GKD
 * (Agarwal et al. 2023, arXiv:2306.13649), where the two divergences have each other's weights, so
 * that the ends are 0 there and need a case of their own.
 *
 * <p>The distributions are mixed, not their logarithms. Summed over classes, mean over the rows
 * that count, times T².
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.loss.JensenShannon">
 *   <property name="beta" value="0.1"/>
 * </component>
 * }</pre>
 */
public final class JensenShannon implements RowwiseSoftLoss {
  @ConfigurableName private String component = "JensenShannon";

  @Config(description = "From 0, the forward divergence, to 1, the reverse one.")
  private double beta = 0.5;

  /** The symmetric divergence. */
  public JensenShannon() {}

  /**
   * A loss between the two divergences.
   *
   * @param beta β, from 0 to 1; 0.5 is the symmetric divergence
   * @throws PropertyException if beta is not from 0 to 1
   */
  public JensenShannon(double beta) {
    this.beta = beta;
    postConfig();
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (!(beta >= 0 && beta <= 1)) {
      throw properties.refused(
          "beta", "is %s, expected a number from 0 (forward KL) to 1 (reverse KL)".formatted(beta));
    }
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.PROBABILITIES);
  }

  @Override
  public Value perRow(Ops op, Rows rows) {
    if (beta == 0) {
      return new KlDivergence().perRow(op, rows);
    }
    if (beta == 1) {
      return new ReverseKl().perRow(op, rows);
    }
    rows.requireClasses(2, "JensenShannon", "with one class the divergence is always 0");
    Softened at = Softened.of(op, rows);
    Value logM = logMixture(op, at);
    Value ofTeacher = op.mul(Softened.divergence(op, at.logP(), logM), 1 - beta);
    Value ofStudent = op.mul(Softened.divergence(op, at.logQ(), logM), beta);
    return op.mul(op.add(ofTeacher, ofStudent), at.squaredTemperature());
  }

  /** log(β p + (1 - β) q) = max(a, b) + softplus(-|a - b|), a = log(β p), b = log((1 - β) q). */
  private Value logMixture(Ops op, Softened at) {
    Value a = op.add(at.logP(), Math.log(beta));
    Value b = op.add(at.logQ(), Math.log(1 - beta));
    return op.add(op.max(a, b), op.softplus(op.neg(op.abs(op.sub(a, b)))));
  }

  @Override
  public String toString() {
    return "JensenShannon(beta=%s)".formatted(beta);
  }
}
