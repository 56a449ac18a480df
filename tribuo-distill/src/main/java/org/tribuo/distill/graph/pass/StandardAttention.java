package org.tribuo.distill.graph.pass;

import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/** The Attention operator of ONNX, which came with opset 23. */
final class StandardAttention {
  private StandardAttention() {}

  static final Map<String, Decomposition> DECOMPOSITIONS =
      Map.of("Attention", StandardAttention::attention);

  private static List<Value> attention(Ops op, Operation n) {
    if (n.hasX(6) || n.hasY(3)) {
      throw new GraphException(
          "%s %s, which cannot be trained"
              .formatted(n, n.hasX(6) ? "counts the keys of each example" : "shows its scores"));
    }
    boolean merged = n.x(0).rank() == 3;
    Value q = heads(op, n.x(0), n.attribute("q_num_heads", 0L));
    Value k = Heads.after(op, n, 4, heads(op, n.x(1), n.attribute("kv_num_heads", 0L)));
    Value v = Heads.after(op, n, 5, heads(op, n.x(2), n.attribute("kv_num_heads", 0L)));
    long heads = Heads.fixed(q, 1);
    Scores scores = new Scores(op, n, q, Heads.repeat(op, k, heads));
    if (n.flag("is_causal")) {
      scores.causal(n.hasX(4) ? op.sizeOf(n.x(4), 2) : op.constant(Tensor.scalar(0L)));
    }
    if (n.hasX(3)) {
      if (n.x(3).elementType() == ElementType.BOOL) {
        scores.visible(n.x(3));
      } else {
        scores.plus(n.x(3));
      }
    }
    Value y = scores.weigh(Heads.repeat(op, v, heads));
    return List.of(merged ? Heads.merge(op, y) : y, k, v);
  }

  private static Value heads(Ops op, Value x, long heads) {
    return x.rank() == 4 ? x : Heads.split(op, x, heads);
  }
}
