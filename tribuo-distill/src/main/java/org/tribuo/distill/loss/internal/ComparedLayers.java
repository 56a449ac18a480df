package org.tribuo.distill.loss.internal;

import java.util.Optional;
import java.util.function.Supplier;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.Activation.Site;
import org.tribuo.distill.transformer.internal.TransformerActivations;

/**
 * The layers that a loss compares.
 *
 * @param site which of a Transformer's layers
 * @param student what there is in the student
 * @param teacher what there is in the teacher
 * @param counted 1 for each position that something is predicted for, [batch, positions], where the
 *     data say which; asked for, it becomes an input
 */
public record ComparedLayers(
    Site site,
    TransformerActivations student,
    TransformerActivations teacher,
    Supplier<Optional<Value>> counted) {
  /** The positions that something is predicted for. */
  public Optional<Value> predicted() {
    return counted.get();
  }
}
