package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.internal.LoadedModel;
import org.tribuo.distill.engine.internal.Signature;
import org.tribuo.distill.graph.Tensor;

/** A session of ONNX Runtime. */
final class OrtModel implements LoadedModel {
  private final OrtSession session;
  private final Signature inputs;

  /** Closes the session if the model reads what is not a tensor of a known type. */
  OrtModel(OrtSession session) throws OrtException {
    this.session = session;
    boolean whole = false;
    try {
      this.inputs = new Signature(OrtTensors.types(session.getInputInfo()));
      whole = true;
    } finally {
      if (!whole) {
        session.close();
      }
    }
  }

  @Override
  public Signature inputs() {
    return inputs;
  }

  @Override
  public Set<String> outputs() {
    return session.getOutputNames();
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> outputs) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
        tensors.put(input.getKey(), OrtTensors.toRuntime(input.getValue()));
      }
      try (OrtSession.Result result = session.run(tensors, outputs)) {
        Map<String, Tensor> results = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> output : result) {
          if (!(output.getValue() instanceof OnnxTensor tensor)) {
            throw new EngineException("Output '%s' is no tensor".formatted(output.getKey()));
          }
          results.put(output.getKey(), OrtTensors.of(tensor));
        }
        return results;
      }
    } catch (OrtException e) {
      throw new EngineException(
          "ONNX Runtime %s fails on inputs %s: %s"
              .formatted(OrtRuntime.loaded().version(), inputs, e.getMessage()),
          e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new EngineException("A session cannot be closed: %s".formatted(e.getMessage()), e);
    }
  }
}
