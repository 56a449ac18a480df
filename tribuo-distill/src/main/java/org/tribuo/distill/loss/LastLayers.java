package org.tribuo.distill.loss;

import java.util.List;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * The student's layers with as many last ones of the teacher: layer i of M with layer L-M+i of L.
 * PKD-Last leaves out the last pair; {@link PairedLayers} can.
 */
public record LastLayers() implements LayerMap {
  @Override
  public List<LayerPair> of(int studentLayers, int teacherLayers) {
    EachLayer.requireDeeper(this, studentLayers, teacherLayers);
    return EachLayer.of(studentLayers, i -> teacherLayers - studentLayers + i);
  }

  @Override
  public String toString() {
    return "LastLayers";
  }
}
