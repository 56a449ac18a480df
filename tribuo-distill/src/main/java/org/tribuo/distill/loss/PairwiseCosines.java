package org.tribuo.distill.loss;

import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Texts that are alike for the teacher stay alike: the mean over all pairs of rows of a batch of
 * {@code (cos(s_i, s_j) - cos(t_i, t_j))²}, pairs of a row with itself left out. For embeddings that
 * rank texts by their cosines; as it compares relations alone, it is usually added to {@link
 * CosineDistance} (Reimers and Gurevych 2020, arXiv:2004.09813, distil the vectors themselves).
 *
 * <p>Only rows that count are paired. Where rows have weights, a pair counts as the product of its
 * rows' weights. Asks for no temperature.
 */
public record PairwiseCosines() implements SoftLoss {
  @Override
  public Set<AnswerForm> answerForms() {
    return Set.of(AnswerForm.LOGITS);
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
    Value sum = op.reduceSum(op.mul(ofPairs, op.square(difference)));
    // A row with itself has the cosine 1 for both, and adds nothing to the sum.
    Value itself = op.reduceSum(op.square(weights));
    Value pairs = op.sub(op.reduceSum(ofPairs), itself);
    return op.div(sum, op.max(pairs, 1e-30));
  }

  private static Value cosines(Ops op, Value vectors) {
    return ExampleRelations.gram(op, UnitVectors.of(op, vectors));
  }
}
