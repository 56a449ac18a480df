package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.operator;

import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/** What is written with standard operators computes what ONNX Runtime's fused kernels compute. */
class DecomposeFusedOperatorsTest {
  static List<OperatorCase> cases() {
    return Stream.of(DecompositionCases.CASES, AttentionCases.COARSE)
        .flatMap(List::stream)
        .toList();
  }

  private static SortedSet<String> decomposed() {
    return StandardOperators.TABLE.names(operator -> operator.decomposition().isPresent());
  }

  @Test
  void everyDecompositionHasACase() {
    TreeSet<String> operators = new TreeSet<>();
    DecompositionCases.CASES.forEach(c -> operators.add(c.operator()));
    assertThat(operators).isEqualTo(decomposed());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void computesTheSameWithStandardOperators(OperatorCase fused) throws OrtException {
    OperatorCase.Instance instance =
        fused.instance(1, ElementType.FLOAT, DecomposeFusedOperatorsTest::size);
    Graph graph = Graph.of(instance.model());
    Normalization.apply(graph);

    assertThat(graph.nodes())
        .filteredOn(node -> !node.attributes().has("alpha"))
        .extracting(Node::qualifiedOpType)
        .doesNotContainAnyElementsOf(decomposed());
    assertThat(graph.outputs()).isEqualTo(Graph.of(instance.model()).outputs());
    Outputs.assertSame(
        GraphRunner.run(graph, instance.feeds()),
        GraphRunner.run(instance.model(), instance.feeds()));
  }

  /** ONNX Runtime has the packed forms on GPUs only. */
  @Test
  void packedProjectionsAreSplit() throws OrtException {
    OperatorCase attention = operator("com.microsoft::MultiHeadAttention").with("num_heads", 2);
    var all = attention.on(normal(2, 3, 2, 3, 4)).instance(1, ElementType.FLOAT, Sizes.KNOWN);
    Tensor packed = all.feeds().get("x0");
    Tensor q = part(packed, 0);
    Tensor k = part(packed, 1);
    Tensor v = part(packed, 2);
    var apart =
        attention
            .on(normal(2, 3, 8), normal(2, 3, 8), normal(2, 3, 8))
            .instance(1, ElementType.FLOAT, Sizes.KNOWN);
    var keysAndValues =
        attention
            .on(normal(2, 3, 8), normal(2, 3, 2, 2, 4))
            .instance(1, ElementType.FLOAT, Sizes.KNOWN);

    Tensor expected = GraphRunner.run(apart.model(), Map.of("x0", q, "x1", k, "x2", v)).get("y0");
    Outputs.assertSame("packed", normalised(all, all.feeds()), expected);
    Outputs.assertSame(
        "packed keys and values",
        normalised(keysAndValues, Map.of("x0", q, "x1", stacked(k, v))),
        expected);
  }

  private static Tensor normalised(OperatorCase.Instance instance, Map<String, Tensor> feeds)
      throws OrtException {
    Graph graph = Graph.of(instance.model());
    Normalization.apply(graph);
    return GraphRunner.run(graph, feeds).get("y0");
  }

  /** [2, 3, heads, parts, size] to one part, [2, 3, heads · size]. */
  private static Tensor part(Tensor packed, int index) {
    float[] all = packed.toFloats();
    float[] part = new float[2 * 3 * 8];
    for (int i = 0; i < part.length; i++) {
      part[i] = all[(i / 4 * 3 + index) * 4 + i % 4];
    }
    return Tensor.of(part, 2, 3, 8);
  }

  private static Tensor stacked(Tensor k, Tensor v) {
    float[] both = new float[2 * 3 * 16];
    for (int i = 0; i < both.length; i++) {
      float[] from = i / 4 % 2 == 0 ? k.toFloats() : v.toFloats();
      both[i] = from[i / 8 * 4 + i % 4];
    }
    return Tensor.of(both, 2, 3, 2, 2, 4);
  }

  /** The sizes of weights are known, that of the batch is not. */
  private static Dimension size(Tensor input, int axis) {
    boolean batch = axis == 0 && input.dim(0) == DecompositionCases.BATCH;
    boolean weight = input.rank() < 3 && input.elementType().isFloat();
    return batch && !weight ? Dimension.of("batch") : Dimension.of(input.dim(axis));
  }
}
