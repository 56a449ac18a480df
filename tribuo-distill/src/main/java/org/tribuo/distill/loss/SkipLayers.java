package org.tribuo.distill.loss;

import java.util.List;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * As {@link UniformLayers} without the last layers, which the soft loss reaches: PKD-Skip (Sun et
 * al. 2019, arXiv:1908.09355).
 */
public record SkipLayers() implements LayerMap {
  @Override
  public List<LayerPair> of(int studentLayers, int teacherLayers) {
    EachLayer.requireDeeper(this, studentLayers, teacherLayers);
    if (studentLayers == 1) {
      throw new GraphException(
          "%s leaves out the last layer, and the student has no other: use UniformLayers"
              .formatted(this));
    }
    return EachLayer.of(studentLayers - 1, i -> i * teacherLayers / studentLayers);
  }

  @Override
  public String toString() {
    return "SkipLayers";
  }
}
