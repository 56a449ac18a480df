package org.tribuo.distill.teacher.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.QuantisedWeights;
import org.tribuo.distill.graph.internal.pass.InferenceForm;
import org.tribuo.distill.transformer.Feature;
import org.tribuo.distill.transformer.FeatureValue;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFeatures;

/** A teacher whose intermediate activations are outputs: a normalised copy of its graph. */
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
   * Finds the features of a teacher.
   *
   * @param file the teacher's
   * @param transformer what was read from it
   * @param named activations that were named by hand
   * @throws GraphException if it has no layers, or quantised weights, or a named value is not there
   *     or cannot be that
   */
  public static FeatureTeacher of(
      Path file, Transformer transformer, Map<Feature, FeatureValue> named) {
    Optional<String> quantised = QuantisedWeights.in(transformer.graph());
    if (quantised.isPresent()) {
      throw new GraphException(
          "The teacher '%s' has quantised weights, the first is '%s': its intermediate activations are not found; compare its logits only, or take the model as it was before it was quantised"
              .formatted(file, quantised.get()));
    }
    Graph normalized = transformer.normalizedForTraining();
    try {
      return new FeatureTeacher(file, normalized, TransformerFeatures.find(normalized, named));
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
  public InferenceSession showing(List<Feature> wanted, Device device) {
    Graph exposed = normalized.copy();
    features.expose(exposed, wanted);
    return Engines.inference().open(InferenceForm.of(exposed), device);
  }
}
