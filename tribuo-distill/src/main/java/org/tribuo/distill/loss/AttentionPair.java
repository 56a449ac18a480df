package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.transformer.Activation.Kind;

/**
 * The attention of student and teacher in one pair of layers, with as many heads: [batch, heads,
 * queries, keys]. Where the numbers of heads differ, both are averaged over the heads.
 *
 * @param query 1 for a query that is a token: [batch, 1, queries, 1]
 * @param key 1 for a key that is a token: [batch, 1, 1, keys]
 */
record AttentionPair(Value student, Value teacher, Value query, Value key) {

  static AttentionPair of(Ops op, Activations activations, AttentionForm form, LayerPair pair) {
    Value student = activations.student(form.kind(), pair.student());
    Value teacher = activations.teacher(form.kind(), pair.teacher());
    boolean alike = headsOf(student) == headsOf(teacher);
    return new AttentionPair(
        alike ? student : op.reduceMeanKeep(student, 1),
        alike ? teacher : op.reduceMeanKeep(teacher, 1),
        op.unsqueeze(activations.tokens(Kind.QUERIES), 1, 3),
        op.unsqueeze(activations.tokens(Kind.KEYS), 1, 2));
  }

  private static long headsOf(Value attention) {
    return ((Dimension.Fixed) attention.shape().orElseThrow().dimension(1)).size();
  }

  /** The number of heads that are compared. */
  long heads() {
    return headsOf(student);
  }

  /**
   * 1 for a key that is a token, and that the scores of student and teacher both show a query:
   * [batch, heads, queries, keys].
   */
  Value visibleToBoth(Ops op) {
    return op.mul(key, op.mul(shown(op, student), shown(op, teacher)));
  }

  private static Value shown(Ops op, Value scores) {
    Value probabilities = op.softmax(scores, -1);
    return op.cast(op.greater(probabilities, op.scalar(0, probabilities)), scores.elementType());
  }
}
