package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.GraphWork;
import org.tribuo.distill.graph.internal.shape.ShapeInference;

/**
 * Brings an export of any age and origin into the form that everything above the graph works on:
 * its own functions written out, operators of one opset, fused operators decomposed, Einsum written
 * as matrix products, LayerNormalization and Gelu that were written out fused again, types
 * inferred.
 */
public final class Normalization {
  private static final List<Pass> PASSES =
      List.of(
          new LiftOpset(),
          new ResolveConditions(),
          new ResolveSequences(),
          new PoolSizes(),
          new DecomposeFusedOperators(),
          new EinsumProducts(),
          new RemoveIdentities(),
          new FuseLayerNormalization(),
          new FuseRootMeanSquare(),
          new FuseGelu());

  private Normalization() {}

  /**
   * Normalises a graph in place. Its inputs, outputs and initializers keep their types, but that a
   * decoder's positions get a name of their own.
   *
   * @throws GraphException if an operator's form is not understood, or ONNX Runtime refuses the
   *     graph
   */
  public static void apply(Graph graph) {
    graph.named(
        () -> {
          new InlineFunctions().apply(graph);
          normalize(graph);
        });
  }

  /**
   * As {@link #apply}, where weights are going to be trained: what is of half precision becomes
   * float32, weights and outputs too.
   *
   * @throws GraphException as above, and if an input has no shape
   */
  public static void applyForTraining(Graph graph) {
    graph.named(
        () -> {
          checkForTraining(graph);
          new InlineFunctions().apply(graph);
          new CastFloat16().apply(graph);
          normalize(graph);
        });
  }

  /**
   * Checks what {@link #applyForTraining} needs beside what {@link #apply} needs.
   *
   * @throws GraphException if an input has no shape
   */
  public static void checkForTraining(Graph graph) {
    graph.inputs().forEach(Normalization::requireShape);
  }

  private static void requireShape(String input, TensorType type) {
    if (type.shape().isEmpty()) {
      throw new GraphException(
          "Input '%s' has no shape, but a gradient depends on the number of its axes; write one into"
                  .formatted(input)
              + " the model, whose sizes may be unknown");
    }
  }

  private static void normalize(Graph graph) {
    GraphWork work = GraphWork.started(GraphWork.Kind.NORMALIZE, graph.file());
    try {
      new TargetPositions().apply(graph);
      ShapeInference.infer(graph);
      PASSES.forEach(pass -> pass.apply(graph));
      graph.removeUnused();
      ShapeInference.refresh(graph);
    } finally {
      work.commit();
    }
  }
}
