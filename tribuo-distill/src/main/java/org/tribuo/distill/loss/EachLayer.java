package org.tribuo.distill.loss;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/** Maps that give each layer of a student one of a teacher that has at least as many. */
final class EachLayer {
  private EachLayer() {}

  /** The student's first layers, each with a layer of the teacher. */
  static List<LayerPair> of(int layers, IntUnaryOperator teacherLayer) {
    return IntStream.rangeClosed(1, layers)
        .mapToObj(i -> new LayerPair(i, teacherLayer.applyAsInt(i)))
        .toList();
  }

  static void requireDeeper(LayerMap map, int studentLayers, int teacherLayers) {
    if (studentLayers > teacherLayers) {
      throw new GraphException(
          ("%s gives each layer of the student one of the teacher, but the student has %d and the"
                  + " teacher %d: name the pairs with PairedLayers")
              .formatted(map, studentLayers, teacherLayers));
    }
  }
}
