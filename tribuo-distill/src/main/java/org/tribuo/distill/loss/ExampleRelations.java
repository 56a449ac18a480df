package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.Features.ExampleVector;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.transformer.Feature.Kind;

/**
 * The vectors of the examples of a batch, of student and teacher: [batch, width] each. Losses that
 * compare relations between examples need no equal widths.
 */
record ExampleRelations(Value student, Value teacher) {
  static ExampleRelations of(Ops op, Features features, LayerPair layers, ExampleVector vector) {
    LayerPair pair = features.pairs(LayerMap.of(layers)).get(0);
    return new ExampleRelations(
        features.pooled(features.student(Kind.HIDDEN_STATE, pair.student()), vector),
        features.pooled(features.teacher(Kind.HIDDEN_STATE, pair.teacher()), vector));
  }

  /** The products of all examples with each other: [batch, batch]. */
  static Value gram(Ops op, Value vectors) {
    return op.matmul(vectors, false, vectors, true);
  }

  /** What stands between any two examples: [batch, batch, width]. */
  static Value differences(Ops op, Value vectors) {
    return op.sub(op.unsqueeze(vectors, 0), op.unsqueeze(vectors, 1));
  }
}
