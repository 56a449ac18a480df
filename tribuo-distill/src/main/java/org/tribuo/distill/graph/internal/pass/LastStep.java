package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/** The last step of an output that has one vector for each, in a graph of any opset. */
public final class LastStep {
  private static final long STEPS = 1;
  private static final int RANK = 3;

  private LastStep() {}

  /**
   * Lets the last step alone be an output. {@link SinkSelection} then computes no others.
   *
   * @param output [rows, steps, columns], which is an output no more
   * @return the name of the output in its place, [rows, columns]
   * @throws GraphException if the output is known to have other axes
   */
  public static String select(Graph graph, String output) {
    TensorType all = graph.type(output).orElse(TensorType.ofUnknownRank(ElementType.FLOAT));
    if (all.shape().filter(shape -> shape.rank() != RANK).isPresent()) {
      throw new GraphException(
          "The logits '%s' are %s, expected [rows, steps, columns]".formatted(output, all));
    }
    String last = graph.freshName("last_" + output);
    String step = graph.setInitializer(graph.freshName(last + "_step"), Tensor.scalar(-1L)).name();
    graph.add(
        Node.ONNX,
        "Gather",
        Attributes.NONE.with("axis", STEPS),
        List.of(output, step),
        Map.of(last, TensorType.ofRank(all.elementType(), RANK - 1)));
    graph.removeOutput(output);
    graph.addOutput(last);
    return last;
  }
}
