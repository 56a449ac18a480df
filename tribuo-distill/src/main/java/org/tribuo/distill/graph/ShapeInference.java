package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.runtime.TrainingRuntime;

/**
 * Learns the element types and shapes of a graph's inner values from ONNX Runtime, which infers
 * them whenever it opens a model and writes them into the model that it saves.
 *
 * <p>Float initializers are handed over as inputs without their data, so that large models cost
 * nothing and nothing is folded.
 */
public final class ShapeInference {
  private ShapeInference() {}

  /**
   * Adds what is inferred to the graph.
   *
   * @throws GraphException if ONNX Runtime refuses the graph; the message says which node it names
   */
  public static void infer(Graph graph) {
    Graph light = graph.copy();
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.elementType().isFloat() && tensor.elements() > 1) {
                light.initializerToInput(name);
              }
            });
    for (ValueInfoProto info : savedByRuntime(light)) {
      TypeProtos.tryRead(info)
          .ifPresent(
              type -> {
                if (graph.has(info.getName()) && !graph.inputs().containsKey(info.getName())) {
                  graph.setType(info.getName(), type);
                }
              });
    }
  }

  private static List<ValueInfoProto> savedByRuntime(Graph graph) {
    OrtEnvironment environment = TrainingRuntime.environment();
    try {
      Path saved = Files.createTempFile("inferred", ".onnx");
      try (OrtSession.SessionOptions options = SessionSettings.cpu(1).newOptions()) {
        options.setOptimizationLevel(OptLevel.NO_OPT);
        options.setOptimizedModelFilePath(saved.toString());
        environment.createSession(graph.toModel().toProto().toByteArray(), options).close();
        var inferred = OnnxModel.read(saved).proto().getGraph();
        return java.util.stream.Stream.concat(
                inferred.getValueInfoList().stream(), inferred.getOutputList().stream())
            .toList();
      } finally {
        Files.deleteIfExists(saved);
      }
    } catch (OrtException e) {
      throw new GraphException("ONNX Runtime refuses the graph: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
