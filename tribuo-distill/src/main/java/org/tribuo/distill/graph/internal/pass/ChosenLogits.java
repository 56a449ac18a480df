package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Outputs that have the largest logits of each vector, and what one needs to know of the others:
 * logits over a vocabulary take longer to be copied than to be chosen from.
 */
public final class ChosenLogits {
  /**
   * The largest logits, [rows..., k], the largest first, of equal ones that of the lower column.
   */
  public static final String LARGEST = "chosen_logits";

  /** The columns of these, int64 [rows..., k]. */
  public static final String COLUMNS = "chosen_logits_columns";

  /**
   * The logarithm of the sum of the exponentials of all other logits, [rows..., 1]; where that is
   * more than 87 below the largest, 87 below it.
   */
  public static final String TAIL = "chosen_logits_tail";

  /** The sum of all logits, [rows..., 1]: no finite number where one of them is none. */
  public static final String SUM = "chosen_logits_sum";

  /** The dimensions of all logits, int64 [rank]. */
  public static final String DIMS = "chosen_logits_dims";

  /** All of these outputs. */
  public static final Set<String> OUTPUTS = Set.of(LARGEST, COLUMNS, TAIL, SUM, DIMS);

  private static final long LAST = -1;

  private ChosenLogits() {}

  /**
   * Adds these outputs.
   *
   * @param graph of opset {@value Ops#OPSET} or newer, which is changed
   * @param logits [rows..., columns], one of its outputs, which it stays
   * @param k how many are the largest, fewer than there are to choose from
   * @param among to choose from the first columns alone, how many these are
   * @throws GraphException if the graph has an older opset, or values of these names
   */
  public static void addTo(Graph graph, String logits, int k, OptionalInt among) {
    Ops op = Ops.on(graph);
    Value all = graph.value(logits);
    Value some = op.cast(all, ElementType.FLOAT);
    if (among.isPresent()) {
      some = op.slice(some, op.longs(0), op.longs(among.getAsInt()), op.longs(LAST));
    }
    TensorType columns = TensorType.ofUnknownRank(ElementType.INT64);
    List<Value> chosen =
        op.call(
            Node.ONNX,
            "TopK",
            Attributes.NONE,
            List.of(some, op.longs(k)),
            TensorType.ofUnknownRank(ElementType.FLOAT),
            columns);
    output(op, LARGEST, chosen.get(0));
    output(op, COLUMNS, chosen.get(1));
    output(op, TAIL, tail(op, some, chosen.get(0), chosen.get(1)));
    output(op, SUM, op.reduceSumKeep(some, LAST));
    output(op, DIMS, op.one("Shape", columns, all));
  }

  private static Value tail(Ops op, Value logits, Value largest, Value columns) {
    Value first = op.slice(largest, op.longs(0), op.longs(1), op.longs(LAST));
    Value exponentials = op.exp(op.sub(logits, first));
    Value ofOthers =
        op.one(
            "ScatterElements",
            Attributes.NONE.with("axis", LAST),
            exponentials.type(),
            exponentials,
            columns,
            op.expandLike(op.scalar(0, largest), largest));
    Value sum = op.max(op.reduceSumKeep(ofOthers, LAST), Float.MIN_NORMAL);
    return op.add(op.log(sum), first);
  }

  private static void output(Ops op, String name, Value value) {
    op.graph().addOutput(op.named(name, value).name());
  }
}
