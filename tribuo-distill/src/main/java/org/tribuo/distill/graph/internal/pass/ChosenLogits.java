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
   * The largest of the logits that are chosen from, [rows..., k], the largest first, of equal ones
   * that of the lower column.
   */
  public static final String LARGEST = "chosen_logits";

  /** The columns of these, int64 [rows..., k]. */
  public static final String COLUMNS = "chosen_logits_columns";

  /** The logarithm of the sum of the exponentials of the others, [rows..., 1]. */
  public static final String TAIL = "chosen_logits_tail";

  /**
   * The sum of all logits, those too that are not chosen from, times {@value #SCALE_OF_SUM},
   * [rows..., 1]: a finite number just where all of them are.
   */
  public static final String SUM = "chosen_logits_sum";

  /** A power of two: times this, the sum of a million numbers of float32 is finite. */
  public static final double SCALE_OF_SUM = 0x1p-20;

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
   * @throws GraphException if the graph has an older opset, or values of these names, or the logits
   *     are not known to be floats
   */
  public static void addTo(Graph graph, String logits, int k, OptionalInt among) {
    Ops op = Ops.on(graph);
    Value all = graph.value(logits);
    if (!all.elementType().isFloat()) {
      throw new GraphException("'%s' is %s, expected floats".formatted(logits, all.type()));
    }
    Value floats = op.cast(all, ElementType.FLOAT);
    Value some = among.isPresent() ? between(op, floats, 0, among.getAsInt()) : floats;
    TensorType columns = TensorType.ofUnknownRank(ElementType.INT64);
    List<Value> sorted =
        op.call(
            Node.ONNX,
            "TopK",
            Attributes.NONE,
            List.of(some, op.longs(k + 1L)),
            TensorType.ofUnknownRank(ElementType.FLOAT),
            columns);
    Value largest = between(op, sorted.get(0), 0, k);
    Value ofLargest = between(op, sorted.get(1), 0, k);
    output(op, LARGEST, largest);
    output(op, COLUMNS, ofLargest);
    output(op, TAIL, tail(op, some, between(op, sorted.get(0), k, k + 1L), ofLargest));
    output(op, SUM, op.reduceSumKeep(op.mul(floats, SCALE_OF_SUM), LAST));
    output(op, DIMS, op.one("Shape", columns, all));
  }

  private static Value between(Ops op, Value sorted, long first, long end) {
    return op.slice(sorted, op.longs(first), op.longs(end), op.longs(LAST));
  }

  /** Exponentials are of the distances from the next largest, so that one of them is 1. */
  private static Value tail(Ops op, Value logits, Value next, Value ofLargest) {
    Value exponentials = op.exp(op.sub(logits, next));
    Value ofOthers =
        op.one(
            "ScatterElements",
            Attributes.NONE.with("axis", LAST),
            exponentials.type(),
            exponentials,
            ofLargest,
            op.expandLike(op.scalar(0, next), ofLargest));
    return op.add(op.log(op.reduceSumKeep(ofOthers, LAST)), next);
  }

  private static void output(Ops op, String name, Value value) {
    op.graph().addOutput(op.named(name, value).name());
  }
}
