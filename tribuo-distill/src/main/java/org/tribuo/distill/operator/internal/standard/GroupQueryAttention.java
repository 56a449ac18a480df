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

/**
 * ONNX Runtime's causal attention in which several heads of queries share one of keys and values.
 * Each example has a length of its own, which counts its past: new keys stand right behind what the
 * example has of the past, and what lies beyond its length no query sees.
 */
final class GroupQueryAttention {
  static final List<Operator> ALL =
      List.of(
          operator("com.microsoft::GroupQueryAttention")
              .with(ATTENDS)
              .decomposition((op, n) -> new GroupQueryAttention(op, n).outputs()));

  private static final UnderstoodForm FORM =
      new UnderstoodForm(
          11,
          3,
          Set.of(
              "num_heads",
              "kv_num_heads",
              "scale",
              "softcap",
              "do_rotary",
              "rotary_interleaved",
              "local_window_size",
              "kv_cache_bit_width"));

  private final Ops op;
  private final Operation n;
  private final long heads;
  private final long keyHeads;

  private GroupQueryAttention(Ops op, Operation n) {
    if (n.flag("smooth_softmax") || n.hasX(11)) {
      throw UnderstoodForm.unsupported(n, "has a softmax that is not 1 in sum");
    }
    FORM.require(n);
    this.op = op;
    this.n = n;
    this.heads = n.attribute("num_heads", 0L);
    this.keyHeads = n.attribute("kv_num_heads", 0L);
  }

  private List<Value> outputs() {
    List<Value> parts = n.hasX(1) ? List.of(n.x(0), n.x(1), n.x(2)) : unpacked();
    Value q = Heads.split(op, parts.get(0), heads);
    Value k = Heads.split(op, parts.get(1), keyHeads);
    Value v = Heads.split(op, parts.get(2), keyHeads);
    Value queries = op.reshape(op.sizeOf(q, 2));
    Value lengths = op.add(Scores.byExample(op, n.x(5)), op.constant(Tensor.scalar(1L)));
    Value past =
        n.hasX(3) ? past(lengths, queries) : op.reshape(op.constant(Tensor.scalar(0L)), 1, 1, 1, 1);
    if (n.flag("do_rotary")) {
      RotaryEmbeddings rotary = rotary(past, queries);
      q = rotary.rotate(q);
      k = rotary.rotate(k);
    }
    if (!n.hasX(3)) {
      return List.of(weighted(q, k, v, lengths, past), k, v);
    }
    Value allocated = op.max(total(), op.reshape(op.sizeOf(n.x(3), 2)));
    return List.of(
        weighted(
            q, behind(n.x(3), k, past, total()), behind(n.x(4), v, past, total()), lengths, past),
        behind(n.x(3), k, past, allocated),
        behind(n.x(4), v, past, allocated));
  }

  /** Queries, keys and values that come side by side. */
  private List<Value> unpacked() {
    long size = Heads.fixed(n.x(0), 2) / (heads + 2 * keyHeads);
    return op.split(n.x(0), -1, heads * size, keyHeads * size, keyHeads * size);
  }

  /** The number of keys of the longest example, a scalar. */
  private Value total() {
    return op.reshape(op.cast(n.x(6), ElementType.INT64));
  }

  /**
   * How many keys of the past each example has, [batch, 1, 1, 1]: none if the queries are all that
   * there is.
   */
  private Value past(Value lengths, Value queries) {
    Value none = op.constant(Tensor.scalar(0L));
    return op.where(op.equal(queries, total()), none, op.sub(lengths, queries));
  }

  /**
   * At the positions behind the past. Of given positions, ONNX Runtime reads those of single
   * queries, and the very first of several, from which it counts on.
   */
  private RotaryEmbeddings rotary(Value past, Value queries) {
    Value counted = op.range(queries);
    Value positions = n.hasX(9) ? given(counted, queries) : op.add(counted, op.squeeze(past, 1, 2));
    return RotaryEmbeddings.looked(op, n.x(7), n.x(8), positions, n.flag("rotary_interleaved"));
  }

  private Value given(Value counted, Value queries) {
    Value first = op.slice(op.reshape(n.x(9), -1), 0, 0, 1);
    return op.where(op.equal(queries, op.longs(1)), n.x(9), op.add(counted, first));
  }

  /**
   * New keys or values behind those of the past, where the past of each example ends; zeros up to a
   * number of positions.
   */
  private Value behind(Value old, Value fresh, Value past, Value positions) {
    Value all = op.concat(2, List.of(old, fresh));
    Value room = op.reshape(op.sizeOf(old, 2));
    Value target = op.unsqueeze(op.range(positions), 1);
    Value moved = op.add(op.sub(target, past), room);
    Value end = op.add(room, op.reshape(op.sizeOf(fresh, 2)));
    Value source = op.where(op.less(target, past), target, moved);
    Value place = op.equal(source, op.range(end));
    return op.matmul(op.cast(place, all.elementType()), all);
  }

  private Value weighted(Value q, Value keys, Value values, Value lengths, Value past) {
    Scores scores = new Scores(op, n, q, Heads.repeat(op, keys, heads));
    Value positions = scores.queryPositions(past);
    scores.visible(scores.upTo(positions)).visible(scores.among(lengths));
    long window = n.attribute("local_window_size", -1L);
    if (window >= 0) {
      scores.visible(scores.within(window, positions)).withBlindQueries();
    }
    if (n.hasX(10)) {
      scores.plus(n.x(10)).withAbsorbingBiases();
    }
    return Heads.merge(op, scores.weigh(Heads.repeat(op, values, heads)));
  }
}
