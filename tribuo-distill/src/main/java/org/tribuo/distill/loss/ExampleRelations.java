package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.transformer.Activation.Kind;

/**
 * The vectors of the examples of a batch, of student and teacher: [batch, width] each. Losses that
 * compare relations between examples need no equal widths.
 */
record ExampleRelations(Value student, Value teacher) {
  static ExampleRelations of(
      Ops op, Activations activations, LayerPair layers, ExampleVector vector) {
    LayerPair pair = activations.pairs(LayerMap.of(layers)).get(0);
    return new ExampleRelations(
        activations.pooled(activations.student(Kind.HIDDEN_STATE, pair.student()), vector),
        activations.pooled(activations.teacher(Kind.HIDDEN_STATE, pair.teacher()), vector));
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
