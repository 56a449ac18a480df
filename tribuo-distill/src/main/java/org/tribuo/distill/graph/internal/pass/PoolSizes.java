package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.PoolWindows;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Leaves out the {@code ceil_mode} of a pooling where it adds no window. One that would start
 * behind the image is not computed by ONNX Runtime, though before opset 22 the size that it
 * announces counts it.
 */
final class PoolSizes implements Pass {
  @Override
  public void apply(Graph graph) {
    boolean changed = false;
    for (Node node : List.copyOf(graph.nodes())) {
      boolean rounded =
          StandardOperators.has(node, Operator.Trait.POOLS_WINDOWS)
              && node.attributes().get("ceil_mode", 0L) != 0;
      if (rounded && !addsWindows(new Operation(graph, node))) {
        graph.replace(
            node,
            node.domain(),
            node.opType(),
            node.attributes().without("ceil_mode"),
            node.inputs());
        changed = true;
      }
    }
    if (changed) {
      graph.nodes().stream()
          .flatMap(node -> node.outputs().stream())
          .forEach(output -> forgetShape(graph, output));
      ShapeInference.infer(graph);
    }
  }

  /** What was computed from an announced size is wrong too. */
  private static void forgetShape(Graph graph, String output) {
    graph
        .type(output)
        .ifPresent(type -> graph.setType(output, TensorType.ofUnknownRank(type.elementType())));
  }

  /**
   * Whether rounding up adds a window; where a size is not known, it may. It never does where there
   * is a window at each stride anyway.
   */
  private static boolean addsWindows(Operation n) {
    Optional<Shape> image = n.x().shape();
    if (n.attribute("auto_pad", "NOTSET").startsWith("SAME")) {
      return false;
    }
    if (image.isEmpty()) {
      return true;
    }
    PoolWindows windows = new PoolWindows(n.attributes());
    boolean adds = false;
    boolean leavesOut = false;
    for (int axis = 0; axis < windows.axes(); axis++) {
      if (!(image.get().dimension(axis + 2) instanceof Dimension.Fixed size)) {
        return true;
      }
      boolean rounds = windows.rest(axis, size.size()) > 0;
      boolean behind = windows.lastIsBehind(axis, size.size());
      adds |= rounds && !behind;
      leavesOut |= rounds && behind;
    }
    if (adds && leavesOut) {
      throw new GraphException(
          "%s rounds its size up (ceil_mode) along one axis, while along another the last window lies in the padding, which ONNX Runtime leaves out; export the model without ceil_mode"
              .formatted(n));
    }
    return adds;
  }
}
