package org.tribuo.distill.teacher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.engine.InferenceSession;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.QuantisedWeights;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.pass.Normalization;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.transformer.Feature;
import org.tribuo.distill.transformer.FeatureValue;
import org.tribuo.distill.transformer.TransformerFeatures;

/** A teacher that can be asked what happens inside: a normalised copy of its graph. */
public final class FeatureTeacher {
  private final Path file;
  private final Graph normalized;
  private final TransformerFeatures features;

  private FeatureTeacher(Path file, Graph normalized, TransformerFeatures features) {
    this.file = file;
    this.normalized = normalized;
    this.features = features;
  }

  /**
   * Reads a teacher and finds its features.
   *
   * @param named where something is, if somebody has named it
   * @throws GraphException if it has no layers, or quantised weights, or a named value is not there
   *     or cannot be that
   * @throws IOException if the file cannot be read
   */
  public static FeatureTeacher read(Path file, Map<Feature, FeatureValue> named)
      throws IOException {
    Graph graph = Graph.of(OnnxModel.read(file));
    Optional<String> quantised = QuantisedWeights.in(graph);
    if (quantised.isPresent()) {
      throw new GraphException(
          "The teacher '%s' has quantised weights, the first is '%s': what happens inside is not found; compare its answers only, or take the model as it was before it was quantised"
              .formatted(file, quantised.get()));
    }
    Normalization.applyForTraining(graph);
    try {
      return new FeatureTeacher(file, graph, TransformerFeatures.find(graph, named));
    } catch (GraphException e) {
      throw new GraphException("The teacher '%s': %s".formatted(file, e.getMessage()), e);
    }
  }

  public Path file() {
    return file;
  }

  /** What there is inside. */
  public TransformerFeatures features() {
    return features;
  }

  /** The inputs by name. */
  public Map<String, TensorType> inputs() {
    return normalized.inputs();
  }

  /** A session, not yet opened, whose outputs are some features under their input names. */
  public InferenceSession showing(List<Feature> wanted, SessionSettings session) {
    Graph exposed = normalized.copy();
    features.expose(exposed, wanted);
    return new InferenceSession(exposed.toModel(), session);
  }
}
