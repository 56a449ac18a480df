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
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** Operators that put the same elements into another shape, some of them several times. */
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
          rule("Tile", ShapeRules::tile),
          rule("Transpose", ShapeRules::transpose),
          rule("Concat", ShapeRules::concat),
          rule("Split", ShapeRules::split),
          rule("DepthToSpace", ShapeRules::depthToSpace),
          rule("SpaceToDepth", ShapeRules::spaceToDepth));

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

  /** The sum over the copies, which may be none: each axis becomes two, the copies' and its own. */
  private static List<Value> tile(Ops op, ForwardNode n, Value dy) {
    Value copies = op.unsqueeze(n.x(1), 1);
    Value own = op.unsqueeze(op.shapeOf(n.x()), 1);
    Value apart =
        op.one(
            "Reshape",
            Attributes.NONE.with("allowzero", 1L),
            TensorType.ofRank(dy.elementType(), 2 * n.x().rank()),
            dy,
            op.reshape(op.concat(1, List.of(copies, own)), -1));
    long[] axesOfCopies = LongStream.range(0, n.x().rank()).map(i -> 2 * i).toArray();
    return grads(op.reduceSum(apart, axesOfCopies));
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

  /** Blocks of pixels become channels again, in the order in which the node took them. */
  private static List<Value> depthToSpace(Ops op, ForwardNode n, Value dy) {
    long block = n.attribute("blocksize", 1L);
    if (n.attribute("mode", "DCR").equals("DCR")) {
      return grads(blocks(op, "SpaceToDepth", n, dy));
    }
    Value channels = op.sizeOf(dy, 1);
    Value sizes =
        op.concat(
            0,
            List.of(
                op.longs(-1),
                channels,
                op.sizeOf(n.x(), 2),
                op.longs(block),
                op.sizeOf(n.x(), 3),
                op.longs(block)));
    Value apart = op.reshape(dy, sizes);
    return grads(op.reshape(op.transpose(apart, 0, 1, 3, 5, 2, 4), op.shapeOf(n.x())));
  }

  private static List<Value> spaceToDepth(Ops op, ForwardNode n, Value dy) {
    return grads(blocks(op, "DepthToSpace", n, dy));
  }

  private static Value blocks(Ops op, String opType, ForwardNode n, Value dy) {
    Attributes attributes = Attributes.NONE.with("blocksize", n.attribute("blocksize", 1L));
    return op.one(opType, attributes, TensorType.ofRank(dy.elementType(), 4), dy);
  }
}
