package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tribuo.distill.graph.internal.pass.HandMade.model;
import static org.tribuo.distill.graph.internal.pass.HandMade.node;
import static org.tribuo.distill.graph.internal.pass.HandMade.number;
import static org.tribuo.distill.graph.internal.pass.HandMade.tensor;
import static org.tribuo.distill.graph.internal.pass.HandMade.value;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.autodiff.Differentiator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

class CastFloat16Test {
  private static final Tensor X = Tensor.of(new float[] {1, -2, 0.5f, 3}, 2, 2);
  private static final Tensor W = Tensor.of(new float[] {0.1f, 0.2f, 0.3f, 0.4f}, 2, 2);

  /** Half precision from the input to the output, with a stretch in float32. */
  private static OnnxModel halves() {
    Tensor two = Tensor.of(new float[] {2}).cast(ElementType.FLOAT16);
    return model(
        value("x", ElementType.FLOAT16, 2, 2),
        List.of(W.cast(ElementType.FLOAT16).toProto("w")),
        List.of(),
        node("MatMul", List.of("x", "w"), List.of("product")),
        node("Cast", List.of("product"), List.of("wide"), number("to", 1)),
        node("Exp", List.of("wide"), List.of("exponential")),
        node("Cast", List.of("exponential"), List.of("narrow"), number("to", 10)),
        node("Constant", List.of(), List.of("two"), tensor("value", two)),
        node("Mul", List.of("narrow", "two"), List.of("y")));
  }

  @Test
  void computesInFloatAndTrainsSo() throws Exception {
    Graph graph = Graph.of(halves());
    Normalization.applyForTraining(graph);
    Ops op = Ops.on(graph);
    Value loss = op.reduceSum(graph.value("y"));
    Value gradient =
        Differentiator.differentiate(graph, loss.name(), List.of("w"), StandardOperators.TABLE)
            .get("w");
    graph.addOutput(gradient.name());

    Map<String, Tensor> results = GraphRunner.run(graph, Map.of("x", X.cast(ElementType.FLOAT16)));

    assertThat(graph.initializers().get("w").elementType()).isEqualTo(ElementType.FLOAT);
    assertThat(results.get("y").elementType()).isEqualTo(ElementType.FLOAT);
    assertThat(results.get("y").toFloats()[0])
        .isCloseTo((float) (2 * Math.exp(0.1 - 0.6)), within(1e-3f));
    float[] y = results.get("y").toFloats();
    assertThat(results.get(gradient.name()).toFloats()[0])
        .isCloseTo(y[0] * 1 + y[2] * 0.5f, within(1e-5f));
  }

  @Test
  void otherwiseTypesStay() {
    Graph graph = Graph.of(halves());
    Normalization.apply(graph);

    assertThat(graph.initializers().get("w").elementType()).isEqualTo(ElementType.FLOAT16);
    assertThat(graph.value("y").elementType()).isEqualTo(ElementType.FLOAT16);
  }

  @Test
  void theFileGetsHalvesBack() {
    OnnxModel trained = halves().withInitializers(Map.of("w", X));

    assertThat(trained.initializers().get("w")).isEqualTo(X.cast(ElementType.FLOAT16));
  }
}
