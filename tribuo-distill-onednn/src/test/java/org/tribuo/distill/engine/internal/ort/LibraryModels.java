package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.OperatorLibrary;
import org.tribuo.distill.engine.internal.LoadedModel;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;

/** Graphs as they are, with the operators of a library, whether it is active or not. */
public final class LibraryModels {
  private LibraryModels() {}

  public static LoadedModel load(Graph graph, OperatorLibrary library, Device device)
      throws OrtException {
    return new OrtModel(session(graph, library, device));
  }

  /** For measurements: what {@link LoadedModel} does around a run is left out. */
  public static OrtSession session(Graph graph, OperatorLibrary library, Device device)
      throws OrtException {
    try (SessionOptions options = OrtOptions.of(device)) {
      OrtOptions.add(library, options);
      byte[] model = graph.toModel().toProto().toByteArray();
      return OrtRuntime.loaded().environment().createSession(model, options);
    }
  }

  /** The caller closes it. */
  public static OnnxTensor tensor(Tensor tensor) throws OrtException {
    return OrtTensors.toRuntime(tensor);
  }
}
