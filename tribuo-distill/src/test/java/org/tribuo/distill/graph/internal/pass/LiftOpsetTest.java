package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.Ops;

/** Operators of older opsets compute the same in the newer one. */
class LiftOpsetTest {
  static List<OperatorCase> cases() {
    return Stream.of(OldOperatorCases.CASES, OldOperatorCases.WITHOUT_GRADIENT)
        .flatMap(List::stream)
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void computesTheSameInTheNewerOpset(OperatorCase old) throws OrtException {
    OperatorCase.Instance instance = old.instance(1, ElementType.FLOAT, Sizes.KNOWN);
    Graph graph = Graph.of(instance.model());
    Normalization.apply(graph);

    assertThat(graph.opset(Node.ONNX)).isEqualTo(Ops.OPSET);
    Outputs.assertSame(
        GraphRunner.run(graph, instance.feeds()),
        GraphRunner.run(instance.model(), instance.feeds()));
  }
}
