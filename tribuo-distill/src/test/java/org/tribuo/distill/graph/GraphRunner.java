package org.tribuo.distill.graph;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.runtime.TrainingRuntime;

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
    OrtEnvironment environment = TrainingRuntime.environment();
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try (OrtSession.SessionOptions options = SessionSettings.cpu(1).newOptions();
        OrtSession session = environment.createSession(model.toProto().toByteArray(), options)) {
      for (String name : session.getInputNames()) {
        inputs.put(name, feeds.get(name).toOrt(environment));
      }
      Map<String, Tensor> outputs = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(inputs)) {
        result.forEach(
            entry -> outputs.put(entry.getKey(), Tensor.of((OnnxTensor) entry.getValue())));
      }
      return outputs;
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }
}
