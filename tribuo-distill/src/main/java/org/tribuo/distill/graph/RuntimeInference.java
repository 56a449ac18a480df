package org.tribuo.distill.graph;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.runtime.TrainingRuntime;

/**
 * What ONNX Runtime infers of a graph's values when it opens a model: every value is made an output
 * of a copy, and the session is asked what its outputs are. Nothing is run.
 *
 * <p>Float initializers are handed over as inputs without their data, so that large models cost
 * nothing and nothing is folded.
 */
public final class RuntimeInference {
  private RuntimeInference() {}

  /**
   * The type of every value that a node makes.
   *
   * @throws GraphException if ONNX Runtime refuses the graph; the message says which node it names
   */
  public static Map<String, TensorType> types(Graph graph) {
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
    Map<String, TensorType> types = new LinkedHashMap<>();
    outputs(light)
        .forEach(
            (name, info) -> {
              if (info.getInfo() instanceof TensorInfo tensor) {
                types.put(name, typeOf(tensor));
              }
            });
    return types;
  }

  private static Map<String, NodeInfo> outputs(Graph graph) {
    OrtEnvironment environment = TrainingRuntime.environment();
    byte[] model = graph.toModel().toProto().toByteArray();
    try (OrtSession.SessionOptions options = SessionSettings.cpu(1).newOptions()) {
      options.setOptimizationLevel(OptLevel.NO_OPT);
      try (OrtSession session = environment.createSession(model, options)) {
        return session.getOutputInfo();
      }
    } catch (OrtException e) {
      throw new GraphException("ONNX Runtime refuses the graph: " + e.getMessage(), e);
    }
  }

  /**
   * A value of unknown rank looks like a scalar here, so that neither is believed. A dimension that
   * nothing is known of has no name, or {@code unk__N}.
   */
  private static TensorType typeOf(TensorInfo info) {
    ElementType elementType = ElementType.ofRuntime(info.type);
    long[] sizes = info.getShape();
    if (sizes.length == 0) {
      return TensorType.ofUnknownRank(elementType);
    }
    String[] names = info.getDimensionNames();
    List<Dimension> dims = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] >= 0) {
        dims.add(Dimension.of(sizes[i]));
      } else if (names[i].isEmpty() || names[i].startsWith("unk__")) {
        dims.add(Dimension.unknown());
      } else {
        dims.add(Dimension.of(names[i]));
      }
    }
    return TensorType.of(elementType, new Shape(dims));
  }
}
