package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.broadcasting;
import static org.tribuo.distill.autodiff.RuleTable.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.GradientRule;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** Operators that put the same elements into another shape. */
final class ShapeRules {
  private ShapeRules() {}

  private static final GradientRule SAME_ELEMENTS = (op, n, dy) -> grads(op.reshapeLike(dy, n.x()));

  static final List<Entry> ENTRIES =
      List.of(
          rule("Reshape", SAME_ELEMENTS),
          rule("Flatten", SAME_ELEMENTS),
          rule("Squeeze", SAME_ELEMENTS),
          rule("Unsqueeze", SAME_ELEMENTS),
          broadcasting("Expand", (op, n, dy) -> grads(dy)),
          rule("Transpose", ShapeRules::transpose),
          rule("Concat", ShapeRules::concat),
          rule("Split", ShapeRules::split));

  private static List<Value> transpose(Ops op, ForwardNode n, Value dy) {
    long[] permutation = n.attributes().longs("perm").orElseGet(() -> reversed(n.x().rank()));
    long[] inverse = new long[permutation.length];
    for (int i = 0; i < inverse.length; i++) {
      inverse[(int) permutation[i]] = i;
    }
    return grads(op.transpose(dy, inverse));
  }

  private static long[] reversed(int rank) {
    return LongStream.range(0, rank).map(i -> rank - 1 - i).toArray();
  }

  private static List<Value> concat(Ops op, ForwardNode n, Value dy) {
    int axis = (int) n.attribute("axis", 0L);
    List<Value> sizes = n.xs().stream().map(x -> op.sizeOf(x, axis)).toList();
    return op.split(dy, axis, op.concat(0, sizes), sizes.size());
  }

  /** The pieces put together again; a piece that the loss does not depend on is zero. */
  private static List<Value> split(Ops op, ForwardNode n, Value dy) {
    List<Value> pieces = new ArrayList<>();
    for (int i = 0; i < n.outputs(); i++) {
      pieces.add(n.dy(i).isAbsent() ? op.zerosLike(n.y(i)) : n.dy(i));
    }
    return grads(op.concat((int) n.attribute("axis", 0L), pieces));
  }
}
