package org.tribuo.distill.graph.pass;

import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** The attention operators of ONNX Runtime. */
final class FusedAttention {
  private FusedAttention() {}

  static final Map<String, Decomposition> DECOMPOSITIONS =
      Map.of(
          "com.microsoft::Attention", FusedAttention::attention,
          "com.microsoft::MultiHeadAttention", FusedAttention::multiHead,
          "com.microsoft::GroupQueryAttention", FusedAttention::groupQuery);

  /** Queries, keys and values, each [batch, heads, positions, size]. */
  private record Projections(Value q, Value k, Value v) {}

  /** Projects its input first, with the weights of queries, keys and values side by side. */
  private static List<Value> attention(Ops op, Operation n) {
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
    if (n.flag("do_rotary")) {
      throw unsupported(n, "rotates queries and keys by tables that ONNX Runtime makes itself");
    }
    if (n.hasX(4)) {
      k = op.concat(2, List.of(half(op, n.x(4), 0), k));
      v = op.concat(2, List.of(half(op, n.x(4), 1), v));
    }
    Value y = weighted(op, n, new Projections(q, k, v), 3);
    Value present =
        n.hasY(1) ? op.concat(0, List.of(op.unsqueeze(k, 0), op.unsqueeze(v, 0))) : Value.ABSENT;
    return List.of(y, present);
  }

  /** The keys or values of a past [2, batch, heads, positions, size]. */
  private static Value half(Ops op, Value past, long index) {
    return op.squeeze(op.slice(past, 0, index, index + 1), 0);
  }

  private static List<Value> multiHead(Ops op, Operation n) {
    long heads = n.attribute("num_heads", 0L);
    Projections now = projections(op, n, heads);
    Value k = Heads.after(op, n, 6, now.k());
    Value v = Heads.after(op, n, 7, now.v());
    return List.of(weighted(op, n, new Projections(now.q(), k, v), 4), k, v);
  }

  private static Projections projections(Ops op, Operation n, long heads) {
    Value query = n.x(0);
    if (query.rank() == 5 || (n.hasX(1) && n.x(1).rank() == 5)) {
      if (n.hasX(3)) {
        throw unsupported(n, "has packed inputs and a bias");
      }
      return query.rank() == 5
          ? new Projections(packed(op, query, 0), packed(op, query, 1), packed(op, query, 2))
          : new Projections(
              Heads.split(op, query, heads), packed(op, n.x(1), 0), packed(op, n.x(1), 1));
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
   * Softmax of the scores times the values, heads merged.
   *
   * @param mask the input that holds the mask; the bias follows it, or a past and then the bias
   */
  private static Value weighted(Ops op, Operation n, Projections p, int mask) {
    Scores scores = new Scores(op, n, p.q(), p.k()).masked(n, mask);
    if (n.flag("unidirectional")) {
      scores.causal(scores.keysBefore());
    }
    if (n.hasX(5)) {
      scores.plus(n.x(5));
    }
    return Heads.merge(op, scores.weigh(p.v()));
  }

  /**
   * Causal attention in which several heads of queries share one of keys and values. Lengths of the
   * examples are not looked at: only queries beyond the end of an example would see keys there.
   */
  private static List<Value> groupQuery(Ops op, Operation n) {
    if (n.flag("smooth_softmax") || n.hasX(11)) {
      throw unsupported(n, "has a softmax that is not 1 in sum");
    }
    long heads = n.attribute("num_heads", 0L);
    long keyHeads = n.attribute("kv_num_heads", 0L);
    Value query = n.x(0);
    Value key = n.x(1);
    Value value = n.x(2);
    if (!n.hasX(1)) {
      long size = Heads.fixed(query, 2) / (heads + 2 * keyHeads);
      List<Value> parts = split(op, query, heads * size, keyHeads * size, keyHeads * size);
      query = parts.get(0);
      key = parts.get(1);
      value = parts.get(2);
    }
    Value q = Heads.split(op, query, heads);
    Value k = Heads.split(op, key, keyHeads);
    if (n.flag("do_rotary")) {
      Value positions = n.hasX(9) ? n.x(9) : positions(op, n, q);
      RotaryEmbeddings rotary =
          RotaryEmbeddings.looked(op, n.x(7), n.x(8), positions, n.flag("rotary_interleaved"));
      q = rotary.rotate(q);
      k = rotary.rotate(k);
    }
    Value keys = Heads.after(op, n, 3, k);
    Value values = Heads.after(op, n, 4, Heads.split(op, value, keyHeads));
    Scores scores = new Scores(op, n, q, Heads.repeat(op, keys, heads));
    Value past = scores.keysBefore();
    scores.causal(past);
    long window = n.attribute("local_window_size", -1L);
    if (window > 0) {
      scores.window(window, past);
    }
    if (n.hasX(10)) {
      scores.plus(n.x(10));
    }
    Value y = scores.weigh(Heads.repeat(op, values, heads));
    return List.of(Heads.merge(op, y), keys, values);
  }

  /** The positions after those of the past. */
  private static Value positions(Ops op, Operation n, Value q) {
    Value positions = op.range(op.reshape(op.sizeOf(q, 2)));
    return n.hasX(3) ? op.add(positions, op.sizeOf(n.x(3), 2)) : positions;
  }

  private static GraphException unsupported(Operation n, String what) {
    return new GraphException("%s %s, which cannot be trained".formatted(n, what));
  }
}
