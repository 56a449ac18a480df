package org.tribuo.distill.loss;

import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Texts that are alike for the teacher stay alike: the mean over all pairs of rows of a batch of
 * {@code (cos(s_i, s_j) - cos(t_i, t_j))²}, pairs of a row with itself included. For embeddings
 * that rank texts by their cosines; as it compares relations alone, it is usually added to {@link
 * CosineDistance} (Reimers and Gurevych 2020, arXiv:2004.09813, distil the vectors themselves).
 *
 * <p>Only rows that count are paired. Where rows have weights, a pair counts as the product of its
 * rows' weights. Asks for no temperature.
 */
public record PairwiseCosines() implements SoftLoss {
  @Override
  public boolean ignoresImpossibleClasses() {
    return false;
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.LOGITS);
  }

  @Override
  public int fewestRows() {
    return 2;
  }

  @Override
  public boolean weighsRows() {
    return true;
  }

  @Override
  public Value over(Ops op, Rows rows) {
    Value weights = op.unsqueeze(rows.weights(), 1);
    Value ofPairs = op.matmul(weights, false, weights, true);
    Value difference = op.sub(cosines(op, rows.student()), cosines(op, rows.teacher()));
    Value mean = op.div(op.reduceSum(op.mul(ofPairs, op.square(difference))), rows.total(weights));
    return op.div(mean, rows.total(weights));
  }

  private static Value cosines(Ops op, Value vectors) {
    return ExampleRelations.gram(op, UnitVectors.of(op, vectors));
  }

  @Override
  public String toString() {
    return "PairwiseCosines";
  }
}
