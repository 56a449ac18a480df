package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

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

  /** On one thread. */
  public static RunningGraph of(OnnxModel model) throws OrtException {
    return of(model, Device.cpu(1));
  }

  public static RunningGraph of(OnnxModel model, Device device) throws OrtException {
    try (OrtSession.SessionOptions options = OrtOptions.of(device)) {
      options.setCPUArenaAllocator(!GUARDED);
      byte[] bytes = model.toProto().toByteArray();
      return new RunningGraph(
          model, OrtRuntime.loaded().environment().createSession(bytes, options));
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
    return run(feeds, session.getOutputNames());
  }

  /** As above, of some outputs; where memory is guarded, of all. */
  public Map<String, Tensor> run(Map<String, Tensor> feeds, Set<String> outputs)
      throws OrtException {
    OrtEnvironment environment = OrtRuntime.loaded().environment();
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try {
      for (String name : session.getInputNames()) {
        inputs.put(name, OrtTensors.toRuntime(feeds.get(name)));
      }
      if (GUARDED) {
        return guarded(environment, inputs);
      }
      try (OrtSession.Result result = session.run(inputs, outputs)) {
        return tensors(result);
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  /** Into memory with guards. */
  private Map<String, Tensor> guarded(OrtEnvironment environment, Map<String, OnnxTensor> inputs)
      throws OrtException {
    Map<String, Guarded> guards = new LinkedHashMap<>();
    try {
      Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
      for (Map.Entry<String, TensorInfo> output : outputs(inputs).entrySet()) {
        Guarded guard = Guarded.of(environment, output.getValue());
        guards.put(output.getKey(), guard);
        outputs.put(output.getKey(), guard.tensor());
      }
      try (OrtSession.Result result = session.run(inputs, Set.of(), outputs)) {
        guards.forEach((name, guard) -> guard.requireUntouched(name));
        return tensors(result);
      }
    } finally {
      guards.values().forEach(Guarded::close);
    }
  }

  /**
   * Types and sizes, by a run if they are not known before; an unknown rank looks like a scalar.
   */
  private Map<String, TensorInfo> outputs(Map<String, OnnxTensor> inputs) throws OrtException {
    Map<String, TensorInfo> outputs = new LinkedHashMap<>();
    session.getOutputInfo().forEach((name, node) -> outputs.put(name, (TensorInfo) node.getInfo()));
    boolean known =
        outputs.values().stream()
            .map(TensorInfo::getShape)
            .allMatch(sizes -> sizes.length > 0 && Arrays.stream(sizes).allMatch(n -> n >= 0));
    if (!known) {
      try (OrtSession.Result result = session.run(inputs)) {
        result.forEach(
            entry -> outputs.put(entry.getKey(), ((OnnxTensor) entry.getValue()).getInfo()));
      }
    }
    return outputs;
  }

  private static Map<String, Tensor> tensors(OrtSession.Result result) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    result.forEach(
        entry -> tensors.put(entry.getKey(), OrtTensors.of((OnnxTensor) entry.getValue())));
    return tensors;
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
