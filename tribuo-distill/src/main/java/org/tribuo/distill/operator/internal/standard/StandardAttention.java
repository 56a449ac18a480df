package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Trait.ATTENDS;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;

/** The Attention operator of ONNX, which came with opset 23. */
final class StandardAttention {
  private StandardAttention() {}

  static final List<Operator> ALL =
      List.of(operator("Attention").with(ATTENDS).decomposition(StandardAttention::attention));

  private static final UnderstoodForm FORM =
      new UnderstoodForm(
          7,
          3,
          Set.of(
              "is_causal",
              "q_num_heads",
              "kv_num_heads",
              "scale",
              "softcap",
              "softmax_precision",
              "qk_matmul_output_mode"));

  private static List<Value> attention(Ops op, Operation n) {
    if (n.hasY(3)) {
      throw UnderstoodForm.unsupported(n, "shows its scores");
    }
    FORM.require(n);
    boolean merged = n.x(0).rank() == 3;
    Value q = heads(op, n.x(0), n.attribute("q_num_heads", 0L));
    Value k = Heads.after(op, n, 4, heads(op, n.x(1), n.attribute("kv_num_heads", 0L)));
    Value v = Heads.after(op, n, 5, heads(op, n.x(2), n.attribute("kv_num_heads", 0L)));
    long heads = Heads.fixed(q, 1);
    Scores scores = new Scores(op, n, q, Heads.repeat(op, k, heads));
    if (n.flag("is_causal")) {
      scores.visible(scores.upTo(reach(op, n, scores)));
    }
    if (n.hasX(3)) {
      masked(op, n.x(3), scores);
    }
    if (n.hasX(6)) {
      scores.visible(scores.among(n.x(6))).withBlindQueries();
    }
    Value y = scores.weigh(Heads.repeat(op, v, heads));
    return List.of(merged ? Heads.merge(op, y) : y, k, v);
  }

  /** A key is hidden too where a float mask is the lowest number or -∞. */
  private static void masked(Ops op, Value mask, Scores scores) {
    if (mask.elementType() == ElementType.BOOL) {
      scores.visible(mask);
    } else {
      Value seen = op.less(Scores.lowest(op, mask), mask);
      scores.plus(op.where(seen, mask, op.scalar(0, mask))).visible(seen);
    }
    scores.withBlindQueries();
  }

  /**
   * Up to where a query sees: behind the past, of which a single query sees everything; or, where
   * examples have lengths, so that the last query sees the last key.
   */
  private static Value reach(Ops op, Operation n, Scores scores) {
    if (n.hasX(6)) {
      return scores.queryPositions(op.sub(Scores.byExample(op, n.x(6)), scores.queries()));
    }
    if (!n.hasX(4)) {
      return scores.queryPositions(op.constant(Tensor.scalar(0L)));
    }
    Value past = op.sizeOf(n.x(4), 2);
    Value behind = scores.queryPositions(past);
    Value single = op.and(op.equal(scores.queries(), op.longs(1)), op.less(op.longs(0), past));
    return op.where(single, scores.keys(), behind);
  }

  private static Value heads(Ops op, Value x, long heads) {
    return x.rank() == 4 ? x : Heads.split(op, x, heads);
  }
}
