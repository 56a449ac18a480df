package org.tribuo.distill.loss.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.Rows;
import org.tribuo.distill.loss.SoftLoss;

/**
 * Another soft loss against the weighted mean of several teachers. With {@code w_k} the weights of
 * a row, which add up to 1, and {@code t_k} the logits of teacher k, the loss inside compares the
 * student with the logits
 *
 * <ul>
 *   <li>{@code T log Σ_k w_k softmax(t_k/T)}: the arithmetic mean of the teachers' softened
 *       probabilities, for what these logits become at T is that mean;
 *   <li>for several labels, {@code T logit Σ_k w_k σ(t_k/T)}, the same label by label;
 *   <li>{@code Σ_k w_k t_k}: the mean of the logits, whose softmax is the geometric mean of the
 *       teachers' probabilities. The only one that is defined for a regression.
 * </ul>
 *
 * <p>Hinton et al. 2015 (arXiv:1503.02531, section 1) name both means as soft targets of an
 * ensemble. The arithmetic one keeps what any teacher holds to be possible, the geometric one what
 * all do. The temperature is that of the step, so a schedule holds for the mean too.
 *
 * @param loss the loss against the mean
 * @param teachers how many there are, at least 1
 * @param of what is averaged
 */
public record TeacherMean(SoftLoss loss, int teachers, HardLoss.AnswerForm of) implements SoftLoss {
  /** A teacher without weight is left out, up to this. */
  private static final double LEAST_WEIGHT = 1e-30;

  public TeacherMean {
    if (teachers < 1) {
      throw new IllegalArgumentException(
          "A mean of %d teachers, expected 1 or more".formatted(teachers));
    }
    if (of != HardLoss.AnswerForm.LOGITS && !Set.of(of).containsAll(loss.answerForms())) {
      throw new IllegalArgumentException(
          ("%s compares %s, and several teachers are averaged as %s, which leave open what their"
                  + " logits are: set the mean of SeveralTeachers to LOGITS, or choose another loss")
              .formatted(loss, loss.answerForms(), of));
    }
  }

  @Override
  public boolean ignoresImpossibleClasses() {
    return loss.ignoresImpossibleClasses();
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return loss.answerForms();
  }

  @Override
  public boolean needsLabels() {
    return loss.needsLabels();
  }

  @Override
  public boolean countsUnlabelled() {
    return loss.countsUnlabelled();
  }

  /**
   * {@inheritDoc}
   *
   * @throws GraphException if the loss inside reads the teacher's largest logits alone
   */
  @Override
  public Value over(Ops op, Rows rows) {
    List<Value> logits = rows.teachers(teachers);
    List<Value> weights = weights(op, rows.teacherWeights(teachers));
    Value mean =
        switch (of) {
          case LOGITS -> sum(op, weights, logits);
          case PROBABILITIES -> {
            Value temperature = rows.temperature();
            yield op.mul(
                logOfMean(
                    op, weights, each(logits, t -> op.logSoftmax(op.div(t, temperature), -1))),
                temperature);
          }
          case LABEL_PROBABILITIES -> {
            Value temperature = rows.temperature();
            List<Value> softened = each(logits, t -> op.div(t, temperature));
            Value yes = logOfMean(op, weights, each(softened, t -> logSigmoid(op, t)));
            Value no = logOfMean(op, weights, each(softened, t -> logSigmoid(op, op.neg(t))));
            yield op.mul(op.sub(yes, no), temperature);
          }
        };
    return loss.over(op, rows.withLogits(rows.student(), mean));
  }

  @Override
  public boolean weighsRows() {
    return loss.weighsRows();
  }

  @Override
  public int fewestRows() {
    return loss.fewestRows();
  }

  /** Of each teacher: [rows, 1]. */
  private List<Value> weights(Ops op, Value all) {
    return teachers == 1 ? List.of(all) : op.split(all, 1, ones());
  }

  private long[] ones() {
    long[] ones = new long[teachers];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static Value sum(Ops op, List<Value> weights, List<Value> logits) {
    List<Value> weighted = new ArrayList<>();
    for (int k = 0; k < logits.size(); k++) {
      weighted.add(op.mul(logits.get(k), weights.get(k)));
    }
    return weighted.stream().reduce(op::add).orElseThrow();
  }

  /** {@code log Σ_k w_k exp(x_k)}, without overflow. */
  private static Value logOfMean(Ops op, List<Value> weights, List<Value> logs) {
    List<Value> parts = new ArrayList<>();
    for (int k = 0; k < logs.size(); k++) {
      Value weighted = op.add(logs.get(k), op.log(op.max(weights.get(k), LEAST_WEIGHT)));
      parts.add(op.unsqueeze(weighted, 2));
    }
    return op.squeeze(op.reduceLogSumExpKeep(op.concat(2, parts), 2), 2);
  }

  private static Value logSigmoid(Ops op, Value x) {
    return op.neg(op.softplus(op.neg(x)));
  }

  private static List<Value> each(List<Value> values, UnaryOperator<Value> change) {
    return values.stream().map(change).toList();
  }
}
