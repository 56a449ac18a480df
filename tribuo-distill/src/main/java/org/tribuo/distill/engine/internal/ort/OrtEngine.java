package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.internal.Engine;
import org.tribuo.distill.engine.internal.LoadedModel;
import org.tribuo.distill.file.internal.TemporaryFolder;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.InferenceForm;

/** Inference on the native library of ONNX Runtime that this JVM has loaded, whichever it is. */
class OrtEngine implements Engine {
  /** Above this, in bytes, a copy of the weights among Java's objects would be in the way. */
  private static final long LARGE = 32L << 20;

  @Override
  public String version() {
    return environment().getVersion();
  }

  @Override
  public Set<ExecutionProvider> providers() {
    return OrtOptions.providers();
  }

  @Override
  public LoadedModel load(OnnxModel model, Device device) {
    try {
      OnnxModel form =
          device.operators().isPresent() ? InferenceForm.withLibraryOperators(model) : model;
      try (SessionOptions options = OrtOptions.of(device)) {
        return new OrtModel(open(form, options));
      }
    } catch (OrtException e) {
      throw refused("the model", e);
    }
  }

  @Override
  public LoadedModel load(Path file, Device device) {
    try (SessionOptions options = OrtOptions.of(device)) {
      return new OrtModel(environment().createSession(file.toString(), options));
    } catch (OrtException e) {
      throw refused("'" + file + "'", e);
    }
  }

  /**
   * Opens a session.
   *
   * @throws UncheckedIOException if a large model cannot be written to a temporary file
   */
  static OrtSession open(OnnxModel model, SessionOptions options) throws OrtException {
    if (model.bytesOfInitializers() < LARGE) {
      return environment().createSession(model.toProto().toByteArray(), options);
    }
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path file = folder.path().resolve("model.onnx");
      model.write(file);
      return environment().createSession(file.toString(), options);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "A model of %,d bytes cannot be written to a temporary file: %s"
              .formatted(model.bytesOfInitializers(), e.getMessage()),
          e);
    }
  }

  private EngineException refused(String what, OrtException e) {
    return new EngineException(
        "ONNX Runtime %s does not load %s: %s".formatted(version(), what, e.getMessage()), e);
  }

  /**
   * Every value is made an output of a copy, and a session that is never run has their types. Float
   * initializers are handed over as inputs without their data, so that large models cost nothing
   * and nothing is folded.
   */
  @Override
  public Map<String, TensorType> infer(Graph graph) {
    Graph light = graph.copy();
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.elementType().isFloat() && tensor.elements() > 1) {
                light.initializerToInput(name);
              }
            });
    for (Node node : light.nodes()) {
      node.outputs().stream().filter(output -> !output.isEmpty()).forEach(light::addOutput);
    }
    byte[] model = light.toModel().toProto().toByteArray();
    try (SessionOptions options = OrtOptions.of(Device.cpu(1))) {
      options.setOptimizationLevel(OptLevel.NO_OPT);
      try (OrtSession session = environment().createSession(model, options)) {
        return new LinkedHashMap<>(OrtTensors.types(session.getOutputInfo()));
      }
    } catch (OrtException e) {
      throw new GraphException("ONNX Runtime refuses the graph: " + e.getMessage(), e);
    }
  }

  private static OrtEnvironment environment() {
    return OrtRuntime.loaded().environment();
  }
}
