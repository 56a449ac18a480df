package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

class FreeBatchTest {
  private static final int RESHAPES = 6;

  /** Two rows that are reshaped again and again, by sizes that are written into the graph. */
  private static Graph fixed() {
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    graph.addInput("x", TensorType.of(ElementType.FLOAT, 2, 4));
    Value x = graph.value("x");
    for (int i = 0; i < RESHAPES; i++) {
      Value sizes = graph.setInitializer("sizes" + i, Tensor.vector(2, 4));
      x = op.one("Reshape", TensorType.of(ElementType.FLOAT, 2, 4), op.neg(x), sizes);
    }
    graph.addOutput(x.name());
    return graph;
  }

  @Test
  void theFirstSizeIsWhatTheOthersLeave() {
    Graph graph = fixed();

    FreeBatch.apply(graph, 2);

    assertThat(graph.nodes().stream().filter(node -> node.is("Reshape")))
        .hasSize(RESHAPES)
        .allSatisfy(node -> assertThat(sizes(graph, node)).containsExactly(-1, 4));
  }

  private static long[] sizes(Graph graph, Node reshape) {
    return graph.constant(reshape.input(1)).orElseThrow().toLongs();
  }

  @Test
  void equalGraphsStayEqual() {
    Graph one = fixed();
    Graph other = fixed();

    FreeBatch.apply(one, 2);
    FreeBatch.apply(other, 2);

    assertThat(one.toModel().toBytes()).isEqualTo(other.toModel().toBytes());
  }
}
