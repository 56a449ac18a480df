package org.tribuo.distill.loss;

import java.util.List;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.Feature.Kind;

/**
 * MiniLMv2 (Wang et al. 2021, arXiv:2012.15828): relations between tokens of one layer instead of
 * the tokens themselves. For queries, keys and values each, all heads are put side by side and cut
 * into {@code r} relation heads of width d; {@code R = softmax(X Xᵀ/√d)} over the tokens, and the
 * loss is {@code KL(R_t, R_s)}, mean over relation heads and tokens of an example, then over
 * examples; the three are added. Needs neither equal widths nor equal heads: the first to try for
 * any pair of Transformers.
 *
 * @param layers the layer of each; the teacher's last one, or for large teachers an upper middle
 *     one
 * @param relationHeads r, which must divide the width of all heads of both; more than there are
 *     attention heads is usual
 */
public record MiniLm(LayerPair layers, int relationHeads) implements FeatureLoss {
  private static final double HIDDEN = -1e30;

  /**
   * @throws IllegalArgumentException if there is no relation head
   */
  public MiniLm {
    if (relationHeads < 1) {
      throw new IllegalArgumentException(
          "MiniLm has %d relation heads, expected at least one".formatted(relationHeads));
    }
  }

  @Override
  public Value over(Ops op, Features features) {
    LayerPair pair = features.pairs(LayerMap.pairs(layers)).get(0);
    return List.of(Kind.QUERIES, Kind.KEYS, Kind.VALUES).stream()
        .map(kind -> ofKind(op, features, kind, pair))
        .reduce(op::add)
        .orElseThrow();
  }

  private Value ofKind(Ops op, Features features, Kind kind, LayerPair pair) {
    Value logP = relations(op, features, features.teacher(kind, pair.teacher()), "teacher");
    Value logQ = relations(op, features, features.student(kind, pair.student()), "student");
    Value perQuery = op.reduceSum(op.mul(op.exp(logP), op.sub(logP, logQ)), -1);
    return op.reduceMean(features.meanOfEachExample(op.reduceMean(perQuery, 1)));
  }

  /** The logarithms of the relations of tokens: [batch, relation heads, positions, positions]. */
  private Value relations(Ops op, Features features, Value vectors, String whose) {
    long width = Features.width(vectors);
    if (width % relationHeads != 0) {
      throw new GraphException(
          "MiniLm has %d relation heads, which do not divide the width %d of the %s's heads: expected a divisor of both widths"
              .formatted(relationHeads, width, whose));
    }
    long size = width / relationHeads;
    Value heads = op.transpose(op.reshape(vectors, 0, 0, relationHeads, size), 0, 2, 1, 3);
    Value scores = op.matmul(heads, false, heads, true, (float) (1 / Math.sqrt((double) size)));
    Value isToken = op.unsqueeze(op.greater(features.tokens(), op.scalar(0, vectors)), 1, 2);
    return op.logSoftmax(op.where(isToken, scores, op.scalar(HIDDEN, scores)), -1);
  }
}
