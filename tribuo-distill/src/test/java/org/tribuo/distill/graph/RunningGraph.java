package org.tribuo.distill.graph;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.runtime.TrainingRuntime;

/**
 * A graph that is run several times, as tests want it: tensors in, tensors out.
 *
 * <p>With {@code -Dgraph.guarded=true} ONNX Runtime takes memory without its arena, and a kernel
 * that writes outside of an output fails.
 */
public final class RunningGraph implements AutoCloseable {
  /** Whether writing outside of outputs is looked for. */
  public static final boolean GUARDED = Boolean.getBoolean("graph.guarded");

  private final OnnxModel model;
  private final OrtSession session;

  private RunningGraph(OnnxModel model, OrtSession session) {
    this.model = model;
    this.session = session;
  }

  public static RunningGraph of(OnnxModel model) throws OrtException {
    try (OrtSession.SessionOptions options = SessionSettings.cpu(1).newOptions()) {
      options.setCPUArenaAllocator(!GUARDED);
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
      Map<String, Tensor> outputs;
      try (OrtSession.Result result = session.run(inputs)) {
        outputs = tensors(result);
      }
      return GUARDED ? guarded(environment, inputs, outputs) : outputs;
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  /** Once more, into memory with guards. */
  private Map<String, Tensor> guarded(
      OrtEnvironment environment, Map<String, OnnxTensor> inputs, Map<String, Tensor> like)
      throws OrtException {
    Map<String, Guarded> guards = new LinkedHashMap<>();
    try {
      Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
      for (Map.Entry<String, Tensor> entry : like.entrySet()) {
        Guarded guard = Guarded.like(environment, entry.getValue());
        guards.put(entry.getKey(), guard);
        outputs.put(entry.getKey(), guard.tensor());
      }
      try (OrtSession.Result result = session.run(inputs, Set.of(), outputs)) {
        guards.forEach((name, guard) -> guard.requireUntouched(name));
        return tensors(result);
      }
    } finally {
      guards.values().forEach(Guarded::close);
    }
  }

  private static Map<String, Tensor> tensors(OrtSession.Result result) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    result.forEach(entry -> tensors.put(entry.getKey(), Tensor.of((OnnxTensor) entry.getValue())));
    return tensors;
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
