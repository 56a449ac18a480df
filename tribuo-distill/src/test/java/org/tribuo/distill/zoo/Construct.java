package org.tribuo.distill.zoo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.Tensor;

/**
 * A small model around one construct.
 *
 * @param name says how to make it again
 * @param feeds all its inputs
 * @param differentiated the inputs of which a gradient is asked for
 */
record Construct(
    String name, OnnxModel model, Map<String, Tensor> feeds, List<String> differentiated) {
  static Construct of(String name, OperatorCase.Instance instance) {
    return new Construct(name, instance.model(), instance.feeds(), instance.differentiated());
  }

  /** A model whose weights are called {@code w…}; its float inputs are differentiated too. */
  static Construct ofWeights(String name, OnnxModel model, Map<String, Tensor> inputs) {
    Graph graph = Graph.of(model);
    List<String> weights =
        graph.initializers().keySet().stream().filter(weight -> weight.startsWith("w")).toList();
    Map<String, Tensor> feeds = new LinkedHashMap<>(inputs);
    weights.forEach(weight -> feeds.put(weight, graph.initializerToInput(weight)));
    List<String> floats =
        feeds.keySet().stream().filter(feed -> feeds.get(feed).elementType().isFloat()).toList();
    return new Construct(name, graph.toModel(), feeds, floats);
  }

  @Override
  public String toString() {
    return name;
  }
}
