package org.tribuo.distill.loss;

import java.util.OptionalInt;
import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Kullback-Leibler divergence from a teacher of which only the k largest logits were kept, as one
 * does for language models with large vocabularies, in nats: {@code T² Σ p (log p - log q)} over
 * these k classes. The teacher's k probabilities are renormalised at T, so that they sum to 1; the
 * student's are those of its softmax over all classes.
 *
 * <p>Mean over the rows that count, times T². With k the number of classes it is {@link
 * KlDivergence}; with fewer, the teacher seems surer than it is.
 *
 * @param k how many classes the teacher gives for each row: {@code teacher_logits} [rows..., k] of
 *     the classes {@code teacher_logits_indices}, int64 [rows..., k]
 */
public record SparseKlDivergence(int k) implements RowwiseSoftLoss {
  public SparseKlDivergence {
    if (k < 1) {
      throw new IllegalArgumentException(
          "SparseKlDivergence keeps %d classes of the teacher, expected 1 or more".formatted(k));
    }
  }

  @Override
  public OptionalInt largestOfTeacher() {
    return OptionalInt.of(k);
  }

  @Override
  public Set<AnswerForm> answerForms() {
    return Set.of(AnswerForm.PROBABILITIES);
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
}
