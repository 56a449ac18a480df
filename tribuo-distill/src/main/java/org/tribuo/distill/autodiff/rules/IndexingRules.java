package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.rule;

import java.util.List;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** Operators that choose elements. */
final class IndexingRules {
  private IndexingRules() {}

  static final List<Entry> ENTRIES =
      List.of(
          rule(
              "Gather",
              (op, n, dy) ->
                  grads(
                      op.microsoft(
                          "GatherGrad",
                          Attributes.NONE.with("axis", n.attribute("axis", 0L)),
                          n.x().type(),
                          op.shapeOf(n.x()),
                          n.x(1),
                          dy))),
          rule("GatherElements", IndexingRules::gatherElements),
          rule("GatherND", IndexingRules::chosen),
          rule("Slice", IndexingRules::chosen),
          rule("Tile", IndexingRules::chosen));

  private static List<Value> gatherElements(Ops op, ForwardNode n, Value dy) {
    Attributes attributes =
        Attributes.NONE.with("axis", n.attribute("axis", 0L)).with("reduction", "add");
    return grads(
        op.one("ScatterElements", attributes, n.x().type(), op.zerosLike(n.x()), n.x(1), dy));
  }

  /**
   * Any operator that only chooses elements of its first input: applied to the elements' positions
   * it says where each came from, and there the gradient is added.
   */
  private static List<Value> chosen(Ops op, ForwardNode n, Value dy) {
    Value x = n.x();
    Value size = op.one("Size", TensorType.of(ElementType.INT64), x);
    Value count = op.reshape(size, 1);
    TensorType vector = TensorType.of(ElementType.INT64, Shape.of(Dimension.UNKNOWN));
    Value positions =
        op.reshape(
            op.one(
                "Range",
                vector,
                op.constant(Tensor.scalar(0L)),
                size,
                op.constant(Tensor.scalar(1L))),
            op.shapeOf(x));
    Value chosen = op.reshape(n.appliedTo(op, positions), -1);
    Value zeros = op.expand(op.scalar(0, dy), count);
    Value sum =
        op.one(
            "ScatterElements",
            Attributes.NONE.with("axis", 0L).with("reduction", "add"),
            TensorType.ofUnknownRank(dy.elementType()),
            zeros,
            chosen,
            op.reshape(dy, -1));
    return grads(op.reshapeLike(sum, x));
  }
}
