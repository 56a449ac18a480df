package org.tribuo.distill.graph.pass;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import org.tribuo.distill.file.TemporaryFolder;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.shape.ShapeInference;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.runtime.TrainingRuntime;

/**
 * The form in which ONNX Runtime computes a model's outputs: normalised, since it fuses operators
 * of a new opset into fewer and faster ones than those of an old export (7 % for a BERT of opset
 * 11), and without positions that no output needs.
 *
 * <p>A model that was fused already, or that normalisation does not understand, stays as it is; so
 * does one that was quantised: where rounding is as coarse, another form would say something else.
 */
public final class InferenceForm {
  /** Above this, in bytes, a copy of the weights among Java's objects would be in the way. */
  private static final long LARGE = 64L << 20;

  /** ONNX's operators that round to whole numbers or compute with them. */
  private static final Set<String> QUANTISED =
      Set.of(
          "QuantizeLinear",
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "MatMulInteger",
          "ConvInteger",
          "QLinearMatMul",
          "QLinearConv");

  private InferenceForm() {}

  /**
   * Opens a session that computes what the model computes, up to rounding and the precision.
   *
   * @throws OrtException if ONNX Runtime does not load the model
   * @throws UncheckedIOException if a large model cannot be written to a temporary file, from which
   *     it is loaded
   * @throws org.tribuo.distill.runtime.RuntimeUnavailableException if the provider or the precision
   *     cannot be used
   */
  public static OrtSession open(OnnxModel model, SessionSettings settings) throws OrtException {
    OrtEnvironment environment = TrainingRuntime.environment();
    OnnxModel form = of(model);
    OnnxModel run = settings.operators().isPresent() ? withLibraryOperators(form) : form;
    try (SessionOptions options = settings.newOptions()) {
      return open(environment, run, options);
    }
  }

  private static OrtSession open(
      OrtEnvironment environment, OnnxModel model, SessionOptions options) throws OrtException {
    if (model.bytesOfInitializers() < LARGE) {
      return environment.createSession(model.toProto().toByteArray(), options);
    }
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path file = folder.path().resolve("model.onnx");
      model.write(file);
      return environment.createSession(file.toString(), options);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "A model of %,d bytes cannot be written to a temporary file: %s"
              .formatted(model.bytesOfInitializers(), e.getMessage()),
          e);
    }
  }

  private static OnnxModel withLibraryOperators(OnnxModel model) {
    Graph graph = Graph.of(model);
    try {
      ShapeInference.infer(graph);
    } catch (GraphException e) {
      return model;
    }
    LibraryOperators.apply(graph, graph.outputs());
    return graph.toModel();
  }

  private static boolean staysAsItIs(Node node) {
    return !node.domain().equals(Node.ONNX) || QUANTISED.contains(node.opType());
  }

  static OnnxModel of(OnnxModel model) {
    Graph graph = Graph.of(model);
    if (graph.nodes().stream().anyMatch(InferenceForm::staysAsItIs)) {
      return model;
    }
    try {
      Normalization.apply(graph);
      SinkSelection.apply(graph);
      graph.removeUnused();
      return graph.toModel();
    } catch (GraphException e) {
      return model;
    }
  }
}
