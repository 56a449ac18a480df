package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OrtException;
import java.util.Map;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

/** Runs a graph once, as tests want it: tensors in, tensors out. */
public final class GraphRunner {
  private GraphRunner() {}

  /**
   * All outputs of a graph.
   *
   * @param feeds at least the graph's inputs; what is no input is left out
   */
  public static Map<String, Tensor> run(Graph graph, Map<String, Tensor> feeds)
      throws OrtException {
    return run(graph.toModel(), feeds);
  }

  /** All outputs of a model. */
  public static Map<String, Tensor> run(OnnxModel model, Map<String, Tensor> feeds)
      throws OrtException {
    try (RunningGraph running = RunningGraph.of(model)) {
      return running.run(feeds);
    }
  }
}
