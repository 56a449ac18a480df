package org.tribuo.distill.training.internal;

import java.util.List;
import java.util.SplittableRandom;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.internal.DropoutPlaces;

/**
 * Dropout while a student is trained (Srivastava et al. 2014): each number is set to 0 with some
 * probability, and the others are divided by one minus it. The student's own file never holds it.
 */
final class Dropout {
  private Dropout() {}

  /**
   * Adds it to a normalised graph at {@link DropoutPlaces}.
   *
   * @param ratio the probability, in [0, 1); at 0 the graph stays as it is
   * @param seed of the random numbers of all places
   */
  static void addTo(Graph graph, float ratio, long seed) {
    if (ratio == 0) {
      return;
    }
    Ops op = Ops.on(graph);
    SplittableRandom random = new SplittableRandom(seed);
    Value probability = op.constant(Tensor.scalar(ratio));
    Value training = op.constant(Tensor.of(new boolean[] {true}));
    for (String place : DropoutPlaces.in(graph)) {
      List<Node> readers = List.copyOf(graph.consumers(place));
      Value kept = graph.value(place);
      Attributes seeded = Attributes.NONE.with("seed", random.nextLong(Integer.MAX_VALUE));
      Value dropped = op.one("Dropout", seeded, kept.type(), kept, probability, training);
      readers.forEach(reader -> graph.replaceUse(reader, place, dropped.name()));
    }
  }
}
