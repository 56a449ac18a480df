package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import java.util.Objects;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/** A loss between layers of the student and layers of the teacher, summed over the pairs. */
abstract class LayerwiseLoss implements FeatureLoss {
  @Config(description = "Which layers are compared; by default the student's, spread evenly.")
  private LayerMap layers = LayerMap.uniform();

  LayerwiseLoss() {}

  LayerwiseLoss(LayerMap layers) {
    this.layers = Objects.requireNonNull(layers, "layers");
  }

  final LayerMap layers() {
    return layers;
  }

  @Override
  public Value over(Ops op, Activations activations) {
    return activations.sumOverPairs(layers, pair -> ofPair(op, activations, pair));
  }

  /** The loss of one pair of layers: a scalar. */
  abstract Value ofPair(Ops op, Activations activations, LayerPair pair);

  @Override
  public String toString() {
    return "%s(%s)".formatted(getClass().getSimpleName(), layers);
  }
}
