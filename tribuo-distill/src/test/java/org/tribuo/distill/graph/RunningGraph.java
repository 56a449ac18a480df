package org.tribuo.distill.graph;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.runtime.TrainingRuntime;

/** A graph that is run several times, as tests want it: tensors in, tensors out. */
public final class RunningGraph implements AutoCloseable {
  private final OnnxModel model;
  private final OrtSession session;

  private RunningGraph(OnnxModel model, OrtSession session) {
    this.model = model;
    this.session = session;
  }

  public static RunningGraph of(OnnxModel model) throws OrtException {
    try (OrtSession.SessionOptions options = SessionSettings.cpu(1).newOptions()) {
      byte[] bytes = model.toProto().toByteArray();
      return new RunningGraph(
          model, TrainingRuntime.environment().createSession(bytes, options));
    }
  }

  public OnnxModel model() {
    return model;
  }

  /**
   * All outputs.
   *
   * @param feeds at least the inputs; what is no input is left out
   */
  public Map<String, Tensor> run(Map<String, Tensor> feeds) throws OrtException {
    OrtEnvironment environment = TrainingRuntime.environment();
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try {
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

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
