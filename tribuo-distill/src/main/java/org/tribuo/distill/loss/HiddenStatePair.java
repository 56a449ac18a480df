package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.transformer.Activation.Kind;

/**
 * The hidden states of student and teacher in one pair of layers, of one width: [batch, positions,
 * width]. Where the widths differ, the student's are projected.
 */
record HiddenStatePair(Value student, Value teacher) {
  static HiddenStatePair of(Activations activations, LayerPair pair) {
    Value teacher = activations.teacher(Kind.HIDDEN_STATE, pair.teacher());
    Value student = activations.student(Kind.HIDDEN_STATE, pair.student());
    return new HiddenStatePair(activations.projected(student, teacher, pair), teacher);
  }
}
