package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Trait.ATTENDS;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;

/** The attention operators of ONNX Runtime in which each head of queries has one of keys. */
final class FusedAttention {
  private FusedAttention() {}

  static final List<Operator> ALL =
      List.of(
          operator("com.microsoft::Attention")
              .with(ATTENDS)
              .decomposition(FusedAttention::attention),
          operator("com.microsoft::MultiHeadAttention")
              .with(ATTENDS)
              .decomposition(FusedAttention::multiHead));

  private static final UnderstoodForm ATTENTION =
      new UnderstoodForm(
          6,
          2,
          Set.of(
              "num_heads",
              "unidirectional",
              "qkv_hidden_sizes",
              "mask_filter_value",
              "scale",
              "rotary_embedding_dim"));

  private static final UnderstoodForm MULTI_HEAD =
      new UnderstoodForm(8, 3, Set.of("num_heads", "unidirectional", "mask_filter_value", "scale"));

  /** Queries, keys and values, each [batch, heads, positions, size]. */
  private record Projections(Value q, Value k, Value v) {}

  /** Projects its input first, with the weights of queries, keys and values side by side. */
  private static List<Value> attention(Ops op, Operation n) {
    if (n.flag("do_rotary")) {
      throw UnderstoodForm.unsupported(
          n, "rotates queries and keys by tables that ONNX Runtime makes itself");
    }
    ATTENTION.require(n);
    long heads = n.attribute("num_heads", 0L);
    Value product = op.matmul(n.x(0), n.x(1));
    Value all = n.hasX(2) ? op.add(product, n.x(2)) : product;
    long width = Heads.fixed(n.x(1), 1);
    long[] sizes =
        n.attributes()
            .longs("qkv_hidden_sizes")
            .orElse(new long[] {width / 3, width / 3, width / 3});
    List<Value> parts = split(op, all, sizes);
    Value q = Heads.split(op, parts.get(0), heads);
    Value k = Heads.split(op, parts.get(1), heads);
    Value v = Heads.split(op, parts.get(2), heads);
    if (n.hasX(4)) {
      k = op.concat(2, List.of(half(op, n.x(4), 0), k));
      v = op.concat(2, List.of(half(op, n.x(4), 1), v));
    }
    Scores scores = new Scores(op, n, q, k);
    Value positions = scores.queryPositions(op.sub(scores.keys(), scores.queries()));
    Optional<Value> masked = KeyMask.ofAttention(op, n, 3, scores, n.x(0));
    Value y = weighted(op, n, scores, masked, positions, v);
    Value present =
        n.hasY(1) ? op.concat(0, List.of(op.unsqueeze(k, 0), op.unsqueeze(v, 0))) : Value.ABSENT;
    return List.of(y, present);
  }

  /** The keys or values of a past [2, batch, heads, positions, size]. */
  private static Value half(Ops op, Value past, long index) {
    return op.squeeze(op.slice(past, 0, index, index + 1), 0);
  }

  private static List<Value> multiHead(Ops op, Operation n) {
    MULTI_HEAD.require(n);
    if (n.hasX(6) && !n.hasY(1)) {
      throw UnderstoodForm.unsupported(
          n,
          "has a past but does not show its keys (output 1), without which ONNX Runtime leaves the"
              + " past out");
    }
    long heads = n.attribute("num_heads", 0L);
    Projections now = projections(op, n, heads);
    Value k = Heads.after(op, n, 6, now.k());
    Value v = Heads.after(op, n, 7, now.v());
    Scores scores = new Scores(op, n, now.q(), k);
    Optional<Value> masked = KeyMask.ofMultiHead(op, n, 4, scores, n.x(0));
    return List.of(weighted(op, n, scores, masked, reach(op, n, scores), v), k, v);
  }

  /** Behind the past, except that ONNX Runtime lets the last query see all keys. */
  private static Value reach(Ops op, Operation n, Scores scores) {
    Value past = n.hasX(6) ? op.sizeOf(n.x(6), 2) : op.constant(Tensor.scalar(0L));
    Value positions = scores.queryPositions(past);
    Value last = scores.queryPositions(op.sub(op.longs(1), scores.queries()));
    return op.where(op.equal(last, op.longs(0)), scores.keys(), positions);
  }

  private static Projections projections(Ops op, Operation n, long heads) {
    Value query = n.x(0);
    if (query.rank() == 5 || (n.hasX(1) && n.x(1).rank() == 5)) {
      if (n.hasX(3)) {
        throw UnderstoodForm.unsupported(n, "has packed inputs and a bias");
      }
      return query.rank() == 5
          ? new Projections(packed(op, query, 0), packed(op, query, 1), packed(op, query, 2))
          : new Projections(
              Heads.split(op, query, heads), packed(op, n.x(1), 0), packed(op, n.x(1), 1));
    }
    if (!n.hasX(1) || !n.hasX(2)) {
      throw UnderstoodForm.unsupported(n, "has no keys or no values");
    }
    Value q = query;
    Value k = n.x(1);
    Value v = n.x(2);
    if (n.hasX(3)) {
      long width = Heads.fixed(query, 2);
      List<Value> bias = split(op, n.x(3), width, width, Heads.fixed(n.x(3), 0) - 2 * width);
      q = op.add(q, bias.get(0));
      k = k.rank() == 3 ? op.add(k, bias.get(1)) : k;
      v = v.rank() == 3 ? op.add(v, bias.get(2)) : v;
    }
    return new Projections(Heads.split(op, q, heads), heads(op, k, heads), heads(op, v, heads));
  }

  /** Keys or values, which may come split into heads. */
  private static Value heads(Ops op, Value x, long heads) {
    return x.rank() == 4 ? x : Heads.split(op, x, heads);
  }

  /** One of the parts of [batch, positions, heads, parts, size]. */
  private static Value packed(Ops op, Value all, long part) {
    return Heads.swap(op, op.squeeze(op.slice(all, 3, part, part + 1), 3));
  }

  /** Parts of the last axis. */
  private static List<Value> split(Ops op, Value x, long... sizes) {
    return op.split(x, -1, sizes);
  }

  /**
   * Softmax of the scores times the values, heads merged. Keys that are hidden keep a score, the
   * lowest number or that of the mask: a query that sees no key sees them all.
   *
   * @param masked what the mask adds
   * @param positions up to where a query sees, if it does not see everything
   */
  private static Value weighted(
      Ops op, Operation n, Scores scores, Optional<Value> masked, Value positions, Value v) {
    Optional<Value> added =
        n.flag("unidirectional")
            ? Optional.of(causal(op, n, scores.upTo(positions), masked))
            : masked;
    added.ifPresent(scores::plus);
    if (n.hasX(5)) {
      scores.plus(n.x(5)).withAbsorbingBiases();
    }
    if (n.attribute("mask_filter_value", 0f) <= -Float.MAX_VALUE) {
      scores.withAbsorbingBiases();
    }
    return Heads.merge(op, scores.weigh(v));
  }

  private static Value causal(Ops op, Operation n, Value seen, Optional<Value> masked) {
    Value like = n.x(0);
    return op.where(seen, masked.orElseGet(() -> op.scalar(0, like)), Scores.lowest(op, like));
  }
}
