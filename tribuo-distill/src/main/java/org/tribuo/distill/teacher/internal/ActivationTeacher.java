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
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerActivations;

/** A teacher whose intermediate activations are outputs: a normalised copy of its graph. */
public final class ActivationTeacher {
  private final Path file;
  private final Graph normalized;
  private final TransformerActivations activations;

  private ActivationTeacher(Path file, Graph normalized, TransformerActivations activations) {
    this.file = file;
    this.normalized = normalized;
    this.activations = activations;
  }

  /**
   * Finds the activations of a teacher.
   *
   * @param file the teacher's
   * @param transformer what was read from it
   * @param named activations that were named by hand
   * @throws GraphException if it has no layers, or quantised weights, or a named value is not there
   *     or cannot be that
   */
  public static ActivationTeacher of(
      Path file, Transformer transformer, Map<Activation, ActivationValue> named) {
    Optional<String> quantised = QuantisedWeights.in(transformer.graph());
    if (quantised.isPresent()) {
      throw new GraphException(
          "The teacher '%s' has quantised weights, the first is '%s': its intermediate activations are not found; compare its logits only, or take the model as it was before it was quantised"
              .formatted(file, quantised.get()));
    }
    Graph normalized = transformer.normalizedForTraining();
    try {
      return new ActivationTeacher(
          file, normalized, TransformerActivations.find(normalized, named));
    } catch (GraphException e) {
      throw new GraphException("The teacher '%s': %s".formatted(file, e.getMessage()), e);
    }
  }

  public Path file() {
    return file;
  }

  /** What there is inside. */
  public TransformerActivations activations() {
    return activations;
  }

  /** The inputs by name. */
  public Map<String, TensorType> inputs() {
    return normalized.inputs();
  }

  /** A session, not yet opened, whose outputs are some activations under their input names. */
  public InferenceSession showing(List<Activation> wanted, Device device) {
    Graph exposed = normalized.copy();
    activations.expose(exposed, wanted);
    return Engines.inference().open(InferenceForm.of(exposed), device);
  }
}
