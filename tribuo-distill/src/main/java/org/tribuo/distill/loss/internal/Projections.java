package org.tribuo.distill.loss.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/**
 * Matrices that bring the student's hidden states to the teacher's width. They are initializers of
 * the training graph, and the student never sees them. Drawn uniformly from ±√(6 / (from + to))
 * (Glorot &amp; Bengio 2010), in the order in which losses ask for them.
 */
public final class Projections {
  private final Graph graph;
  private final ElementType floatType;
  private final SplittableRandom random;
  private final List<String> names = new ArrayList<>();

  public Projections(Graph graph, ElementType floatType, long seed) {
    this.graph = graph;
    this.floatType = floatType;
    this.random = new SplittableRandom(seed);
  }

  /** A new matrix [from, to]. */
  public Value add(String name, long from, long to) {
    if (graph.has(name)) {
      throw new GraphException(
          "The student's graph has a value '%s' already, and the objective needs that name for a projection: rename it in the student's file"
              .formatted(name));
    }
    double bound = Math.sqrt(6.0 / (from + to));
    float[] weights = new float[Math.toIntExact(from * to)];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
    names.add(name);
    return graph.setInitializer(name, Tensor.of(weights, from, to).cast(floatType));
  }

  /** The names of all matrices, in order. */
  List<String> names() {
    return Collections.unmodifiableList(names);
  }
}
