package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;

/**
 * Keeps a graph's matrices of float32 in half precision. What is computed stays in float32, and so
 * do inputs, outputs, and what is no matrix: ONNX Runtime makes floats of the halves when it loads
 * the model. A matrix with a number that no half can hold stays as it is.
 */
public final class Float16Weights {
  private static final float LARGEST = 65504;

  private Float16Weights() {}

  /** Changes a graph in place. */
  public static void apply(Graph graph) {
    for (Map.Entry<String, Tensor> weight : List.copyOf(graph.initializers().entrySet())) {
      if (!graph.isOutput(weight.getKey()) && isHalved(weight.getValue())) {
        halve(graph, weight.getKey(), weight.getValue());
      }
    }
    graph.removeUnused();
  }

  /** In the opset of the file, whichever that is. */
  private static void halve(Graph graph, String name, Tensor weight) {
    String halves = graph.freshName(name + "_float16");
    graph.setInitializer(halves, weight.cast(ElementType.FLOAT16));
    String floats = graph.freshName(name + "_float");
    graph.add(
        Node.ONNX,
        "Cast",
        Attributes.NONE.with("to", (long) ElementType.FLOAT.onnxNumber()),
        List.of(halves),
        Map.of(floats, weight.type()));
    graph.replaceUses(name, floats);
  }

  private static boolean isHalved(Tensor weight) {
    if (weight.elementType() != ElementType.FLOAT || weight.rank() < 2) {
      return false;
    }
    for (float value : weight.toFloats()) {
      if (!(Math.abs(value) <= LARGEST)) {
        return false;
      }
    }
    return true;
  }
}
