package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Another soft loss on standardised logits (Sun et al. 2024, arXiv:2403.01427): {@code z = (x -
 * mean) / (1e-7 + std)} for each row of student and teacher, with the unbiased standard deviation
 * over the classes. The student need not match the range of the teacher's logits, only their shape.
 *
 * <p>Everything else, T² included, is that of the loss inside.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.loss.LogitStandardization">
 *   <property name="loss" value="kl"/>
 * </component>
 * <component name="kl" type="org.tribuo.distill.loss.KlDivergence"/>
 * }</pre>
 */
public final class LogitStandardization implements SoftLoss {
  private static final double EPSILON = 1e-7;

  @Config(description = "The loss of the standardised logits.")
  private SoftLoss loss = new KlDivergence();

  /** The KL divergence of standardised logits. */
  public LogitStandardization() {}

  /** Another loss of standardised logits. */
  public LogitStandardization(SoftLoss loss) {
    this.loss = Objects.requireNonNull(loss, "loss");
  }

  @Override
  public Value over(Ops op, Rows rows) {
    rows.requireClasses(
        3,
        "LogitStandardization",
        "two standardised logits are always the same, use the loss alone");
    return loss.over(
        op, rows.withLogits(standardized(op, rows.student()), standardized(op, rows.teacher())));
  }

  /** Of classes alone: what is standardised has lost what a label or a value needs. */
  @Override
  public boolean ignoresImpossibleClasses() {
    return false;
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    Set<HardLoss.AnswerForm> forms = EnumSet.of(HardLoss.AnswerForm.PROBABILITIES);
    loss.answerForms().stream()
        .filter(form -> form != HardLoss.AnswerForm.LOGITS)
        .forEach(forms::add);
    return forms;
  }

  @Override
  public boolean needsLabels() {
    return loss.needsLabels();
  }

  @Override
  public boolean countsUnlabelled() {
    return loss.countsUnlabelled();
  }

  @Override
  public boolean weighsRows() {
    return loss.weighsRows();
  }

  @Override
  public int fewestRows() {
    return loss.fewestRows();
  }

  private static Value standardized(Ops op, Value x) {
    Value centred = op.sub(x, op.reduceMeanKeep(x, -1));
    Value classes = op.cast(op.sizeOf(x, -1), x.elementType());
    Value variance = op.div(op.reduceSumKeep(op.square(centred), -1), op.add(classes, -1));
    return op.div(centred, op.add(SafeRoot.of(op, variance), EPSILON));
  }

  @Override
  public String toString() {
    return "LogitStandardization(%s)".formatted(loss);
  }
}
