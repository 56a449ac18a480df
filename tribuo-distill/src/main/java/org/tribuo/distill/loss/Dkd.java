package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Decoupled knowledge distillation (Zhao et al. 2022, arXiv:2203.08679): the KL divergence taken
 * apart into how sure the teacher is of the true class, {@code α T² KL} over {true class, all
 * others}, and how it ranks the others, {@code β T² KL} over the other classes alone. The second
 * part is what a confident teacher hides in plain distillation.
 *
 * <p>Reads the true classes; the paper has one for each row. Where a row has none, it is left out,
 * or the class that the teacher thinks likeliest takes its place: {@link Unlabelled}. Mean over the
 * rows that count. The paper raises this loss over the first epochs: let alpha of the objective
 * grow.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.loss.Dkd">
 *   <property name="beta" value="8"/>
 * </component>
 * }</pre>
 */
public final class Dkd implements SoftLoss {
  /** What happens to rows without a true class. */
  public enum Unlabelled {
    /** They do not count. */
    LEFT_OUT,
    /** The teacher's likeliest class is taken for the true one: to learn from unlabelled text. */
    TEACHERS_CLASS
  }

  /** Subtracted from the true class's logit, which leaves it no probability. */
  private static final double MASK = 1000;

  @ConfigurableName private String component = "Dkd";

  @Config(description = "The weight of the true class's part, 0 or more; 1 in the paper.")
  private double alpha = 1;

  @Config(
      description =
          "The weight of the other classes' part, 0 or more; 0.5 to 8 in the authors' settings.")
  private double beta = 8;

  @Config(
      description =
          "What happens to rows without a label: they are left out, or the teacher's likeliest class"
              + " is taken for the true one.")
  private Unlabelled unlabelled = Unlabelled.LEFT_OUT;

  /** With α = 1 and β = 8; rows without a true class are left out. */
  public Dkd() {}

  /**
   * A loss that leaves out rows without a true class.
   *
   * @throws PropertyException if a weight is negative, or both are 0
   */
  public Dkd(double alpha, double beta) {
    this(alpha, beta, Unlabelled.LEFT_OUT);
  }

  /**
   * A loss with these weights.
   *
   * @param alpha α, the weight of the true class's part, 0 or more; 1 in the paper
   * @param beta β, the weight of the other classes' part, 0 or more; 0.5 to 8 in the authors'
   *     settings
   * @param unlabelled what becomes of rows without a true class
   * @throws PropertyException if a weight is negative, or both are 0
   */
  public Dkd(double alpha, double beta, Unlabelled unlabelled) {
    this.alpha = alpha;
    this.beta = beta;
    this.unlabelled = unlabelled;
    postConfig();
  }

  @Override
  public void postConfig() {
    PropertyChecks.of(this, component).checkWeights("alpha", alpha, "beta", beta);
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.PROBABILITIES);
  }

  @Override
  public boolean needsLabels() {
    return unlabelled == Unlabelled.LEFT_OUT;
  }

  @Override
  public boolean weighsRows() {
    return true;
  }

  @Override
  public Value over(Ops op, Rows rows) {
    rows.requireClasses(2, "Dkd", "with one class the divergence is always 0");
    boolean allCount = unlabelled == Unlabelled.TEACHERS_CLASS;
    Value target = allCount ? rows.classLabelsOr(rows.classesOfTeacher()) : rows.classLabels();
    Value classes = op.unsqueeze(target, 1);
    Value mask = op.mul(oneHot(op, rows, classes), MASK);
    Softened at = Softened.of(op, rows);
    List<Value> parts = new ArrayList<>();
    if (alpha > 0) {
      Value sure =
          Softened.divergence(
              op,
              targetAndRest(op, at.logP(), classes, mask),
              targetAndRest(op, at.logQ(), classes, mask));
      parts.add(op.mul(sure, alpha));
    }
    if (beta > 0) {
      rows.requireClasses(
          3, "Dkd", "there are no other classes to rank, use beta = 0 or KlDivergence");
      Value others =
          Softened.divergence(
              op, withoutTarget(op, at.logP(), mask), withoutTarget(op, at.logQ(), mask));
      parts.add(op.mul(others, beta));
    }
    Value sum = parts.stream().reduce(op::add).orElseThrow();
    Value perRow = op.mul(sum, at.squaredTemperature());
    return allCount ? rows.mean(perRow) : rows.meanOfLabelled(perRow);
  }

  /** The log-probabilities of the true class and of all others together: [rows, 2]. */
  private static Value targetAndRest(Ops op, Value logs, Value classes, Value mask) {
    Value target = op.gatherElements(logs, classes, 1);
    Value rest = op.reduceLogSumExpKeep(op.sub(logs, mask), -1);
    return op.concat(1, List.of(target, rest));
  }

  /** The log-probabilities of all classes but the true one, among themselves: [rows, classes]. */
  private static Value withoutTarget(Ops op, Value logs, Value mask) {
    return op.logSoftmax(op.sub(logs, mask), -1);
  }

  /** 1 for the true class, 0 for the others: [rows, classes]. */
  private static Value oneHot(Ops op, Rows rows, Value classes) {
    Value all =
        op.one(
            "Range",
            TensorType.ofUnknownRank(ElementType.INT64),
            op.constant(Tensor.scalar(0L)),
            op.squeeze(op.sizeOf(rows.student(), -1), 0),
            op.constant(Tensor.scalar(1L)));
    return op.cast(op.equal(classes, all), rows.student().elementType());
  }

  @Override
  public String toString() {
    return "Dkd(alpha=%s, beta=%s, unlabelled=%s)".formatted(alpha, beta, unlabelled);
  }
}
