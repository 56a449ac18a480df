package org.tribuo.distill.loss;

import java.util.List;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * Spread evenly, last with last: layer i of M with layer ⌊i·L/M⌋ of L, as TinyBERT has it where M
 * divides L.
 */
public record UniformLayers() implements LayerMap {
  @Override
  public List<LayerPair> of(int studentLayers, int teacherLayers) {
    EachLayer.requireDeeper(this, studentLayers, teacherLayers);
    return EachLayer.of(studentLayers, i -> i * teacherLayers / studentLayers);
  }

  @Override
  public String toString() {
    return "UniformLayers";
  }
}
