package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.operator;

import ai.onnxruntime.OrtException;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;

/** What Einstein's notation says of two operands becomes a matrix product, if it is one. */
class EinsumProductsTest {
  private static final String LETTERS = "bhqkdt";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "qd,dk->qk | 0",
        "qd,kd->qk | 0",
        "dq,dk->kq | 2",
        "bhqd,bhkd->bhqk | 0",
        "bqhd,bkhd->bhqk | 2",
        "bhqk,bkhd->bqhd | 2",
        "bqhd , bkhd -> bqhk | 3",
        "tbhqd,thbdk->htbqk | 2"
      })
  void aMatrixProductIsWrittenAsOne(String equation, long transposes) throws OrtException {
    OperatorCase.Instance einsum = einsum(equation);
    Graph graph = Graph.of(einsum.model());
    Normalization.apply(graph);

    assertThat(graph.nodes())
        .extracting(Node::opType)
        .isSubsetOf("Transpose", "MatMul", "FusedMatMul")
        .filteredOn("Transpose"::equals)
        .hasSize((int) transposes);
    Outputs.assertSame(
        GraphRunner.run(graph, einsum.feeds()), GraphRunner.run(einsum.model(), einsum.feeds()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bqd,dhk->bqhk",
        "bqd,dk->bqk",
        "bqk,bqk->bq",
        "bqk,bkd->bd",
        "bkk,bkd->bkd",
        "qd,dk",
        "...qd,...dk->...qk",
        "q,k->qk"
      })
  void whatIsNoStackOfMatrixProductsStays(String equation) throws OrtException {
    Graph graph = Graph.of(einsum(equation).model());
    Normalization.apply(graph);

    assertThat(graph.nodes()).extracting(Node::opType).contains("Einsum");
  }

  private static OperatorCase.Instance einsum(String equation) {
    String[] operands = equation.replace(" ", "").replace("...", "bh").split("->")[0].split(",");
    return operator("Einsum")
        .with("equation", equation)
        .on(normal(shape(operands[0])), normal(shape(operands[1])))
        .instance(1, ElementType.FLOAT, Sizes.KNOWN);
  }

  /** A size of its own for each letter. */
  private static long[] shape(String letters) {
    return IntStream.range(0, letters.length())
        .mapToLong(i -> 2L + LETTERS.indexOf(letters.charAt(i)))
        .toArray();
  }
}
