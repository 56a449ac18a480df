package org.tribuo.distill.engine.internal.ort;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Takes a part of a tensor away where it lies: x = x - part · x, to the bit x where the part is 0.
 *
 * <p>An ONNX graph has no assignment. What comes next to it is ONNX Runtime's SGDOptimizer, which
 * computes w - rate · g into w's own memory; here x is both.
 */
final class InPlaceShrinking {
  private InPlaceShrinking() {}

  /**
   * @param part a float with one element
   * @param values the tensors, whose memory belongs to the session
   * @param done the name of a new output of the graph, a bool, that says that all are done
   */
  static void addTo(Ops op, Value part, List<Value> values, String done) {
    List<String> shrunk = new ArrayList<>();
    for (Value value : values) {
      shrunk.add(
          op.microsoft("SGDOptimizer", Attributes.NONE, value.type(), part, value, value).name());
    }
    op.graph()
        .add(
            Node.MICROSOFT,
            "Group",
            Attributes.NONE,
            shrunk,
            Map.of(done, TensorType.ofUnknownRank(ElementType.BOOL)));
    op.graph().addOutput(done);
  }
}
