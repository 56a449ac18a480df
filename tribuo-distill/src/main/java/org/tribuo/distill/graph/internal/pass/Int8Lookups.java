package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Keeps the tables of which rows are looked up, as embeddings are, in integers of 8 bits, each row
 * with a scale of its own: a row is made of floats again when it is looked up. A table that is not
 * finite stays as it is.
 */
final class Int8Lookups {
  private final Graph graph;
  private final Ops op;
  private final Int8Matrices matrices;

  private Int8Lookups(Graph graph, Int8Matrices matrices) {
    this.graph = graph;
    this.op = Ops.on(graph);
    this.matrices = matrices;
  }

  /** Changes a graph in place; what is not used any more stays. */
  static void apply(Graph graph, Int8Matrices matrices) {
    Int8Lookups pass = new Int8Lookups(graph, matrices);
    for (Node node : graph.topological()) {
      if (StandardOperators.has(node, Operator.Trait.LOOKS_UP)
          && node.attributes().get("axis", 0L) == 0) {
        matrices
            .of(node.input(0), 0)
            .ifPresent(table -> graph.substitute(node, List.of(pass.rows(table, node.input(1)))));
      }
    }
  }

  private Value rows(Int8Matrices.Rounded table, String indices) {
    Value index = graph.value(indices);
    Value scales = op.constant(Tensor.of(table.scales(), table.scales().length, 1));
    return op.mul(
        op.cast(op.gather(table.integers(), index, 0), ElementType.FLOAT),
        op.gather(scales, index, 0));
  }
}
