package org.tribuo.distill.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.internal.LoadedModel;
import org.tribuo.distill.engine.internal.ort.LibraryModels;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.DistillDomain;
import org.tribuo.distill.graph.internal.pass.LibraryOperators;
import org.tribuo.distill.internal.autodiff.Differentiator;
import org.tribuo.distill.operator.internal.Operators;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/** Normalisation and Gelu, and their gradients, against ONNX Runtime's standard operators. */
class ElementwiseGradientsTest {
  private static final List<String> WEIGHTS = List.of("x", "scale", "bias");

  /** A sum of a Gelu of a normalisation, weighted by random numbers. */
  private static Graph network(SplittableRandom random, long rows, long width) {
    Graph graph = Graph.empty(21);
    Ops op = Ops.on(graph);
    Value x = graph.setInitializer("x", ProductGraph.random(random, 2, rows, width));
    Value scale = graph.setInitializer("scale", ProductGraph.random(random, width));
    Value bias = graph.setInitializer("bias", ProductGraph.random(random, width));
    Attributes epsilon = Attributes.NONE.with("epsilon", 1e-3f).with("axis", -1L);
    Value normal = op.one("LayerNormalization", epsilon, x.type(), x, scale, bias);
    Value y = op.one("Gelu", x.type(), normal);
    Value weights = graph.setInitializer("w", ProductGraph.random(random, 2, rows, width));
    Value loss = op.reduceSum(op.mul(y, weights), 0, 1, 2);
    graph.add(
        Node.ONNX,
        "Identity",
        Attributes.NONE,
        List.of(loss.name()),
        Map.of("loss", TensorType.of(ElementType.FLOAT)));
    graph.add(Node.ONNX, "Identity", Attributes.NONE, List.of(y.name()), Map.of("y", y.type()));
    graph.addOutput("loss");
    graph.addOutput("y");
    return graph;
  }

  private static Map<String, float[]> run(Graph graph, Operators rules, int threads)
      throws OrtException {
    Map<String, Value> gradients = Differentiator.differentiate(graph, "loss", WEIGHTS, rules);
    gradients.values().forEach(gradient -> graph.addOutput(gradient.name()));
    try (LoadedModel model =
        LibraryModels.load(graph, new OneDnnOperators(), Device.cpu(threads))) {
      Map<String, float[]> numbers = new LinkedHashMap<>();
      model
          .run(Map.of(), model.outputs())
          .forEach((name, tensor) -> numbers.put(name, tensor.toFloats()));
      gradients.forEach((name, gradient) -> numbers.put(name, numbers.remove(gradient.name())));
      return numbers;
    }
  }

  private static Map<String, float[]> runByLibrary(
      SplittableRandom random, long rows, long width, int threads) throws OrtException {
    Graph graph = network(random, rows, width);
    LibraryOperators.apply(graph, List.of("y"));
    assertThat(graph.nodes())
        .filteredOn(node -> node.domain().equals(DistillDomain.NAME))
        .hasSize(2);
    return run(graph, StandardOperators.TABLE, threads);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 7", "31, 33", "32, 384", "77, 96", "600, 11"})
  void areThoseOfTheStandardOperators(long rows, long width) throws OrtException {
    long seed = 31 * rows + width;
    Map<String, float[]> expected =
        run(network(new SplittableRandom(seed), rows, width), StandardOperators.TABLE, 1);
    Map<String, float[]> actual = runByLibrary(new SplittableRandom(seed), rows, width, 1);

    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, numbers) -> {
          float largest = 1;
          for (float number : numbers) {
            largest = Math.max(largest, Math.abs(number));
          }
          assertThat(actual.get(name))
              .as("%s of %d x %d, seed %d", name, rows, width, seed)
              .containsExactly(numbers, within(1e-5f * largest));
        });
  }

  @Test
  void theBitsAreTheSameForAnyNumberOfThreads() throws OrtException {
    Map<String, float[]> one = runByLibrary(new SplittableRandom(1), 500, 200, 1);
    Map<String, float[]> two = runByLibrary(new SplittableRandom(1), 500, 200, 2);

    one.forEach((name, numbers) -> assertThat(two.get(name)).as(name).isEqualTo(numbers));
  }

  /** What a thread compiles before it has computed anything is for that thread alone as well. */
  @Test
  void theBitsAreTheSameInAThreadThatIsNew() throws Exception {
    Map<String, Tensor> here = gradientsOfNormalization();
    FutureTask<Map<String, Tensor>> run =
        new FutureTask<>(ElementwiseGradientsTest::gradientsOfNormalization);
    new Thread(run).start();
    Map<String, Tensor> there = run.get();

    here.forEach(
        (name, tensor) ->
            assertThat(there.get(name).toFloats()).as(name).isEqualTo(tensor.toFloats()));
  }

  private static Map<String, Tensor> gradientsOfNormalization() throws OrtException {
    SplittableRandom random = new SplittableRandom(2);
    Graph graph = Graph.empty(21);
    Value dy = graph.setInitializer("dy", ProductGraph.random(random, 50, 200));
    Value x = graph.setInitializer("x", ProductGraph.random(random, 50, 200));
    Value scale = graph.setInitializer("scale", ProductGraph.random(random, 200));
    Value mean = graph.setInitializer("mean", ProductGraph.random(random, 50, 1));
    Value variance = graph.setInitializer("variance", ProductGraph.random(random, 50, 1));
    List<Value> gradients =
        Ops.on(graph)
            .call(
                DistillDomain.NAME,
                DistillDomain.LAYER_NORMALIZATION_GRADIENT,
                Attributes.NONE.with("epsilon", 2f),
                List.of(dy, x, scale, mean, variance),
                x.type(),
                scale.type(),
                scale.type());
    gradients.forEach(gradient -> graph.addOutput(gradient.name()));
    try (LoadedModel model = LibraryModels.load(graph, new OneDnnOperators(), Device.cpu(1))) {
      return model.run(Map.of(), model.outputs());
    }
  }

  /** ONNX Runtime calls the operators, which the JVM does not see. */
  @Test
  @Timeout(60)
  void operatorsOutliveTheObjectThatAddedThem() throws Exception {
    Graph graph = network(new SplittableRandom(3), 32, 48);
    LibraryOperators.apply(graph, List.of("y"));
    try (LoadedModel model = LibraryModels.load(graph, new OneDnnOperators(), Device.cpu(1))) {
      float[] before = model.run(Map.of(), Set.of("y")).get("y").toFloats();
      WeakReference<Object> collected = new WeakReference<>(new Object());
      while (collected.get() != null) {
        System.gc();
      }

      assertThat(model.run(Map.of(), Set.of("y")).get("y").toFloats()).isEqualTo(before);
    }
  }

  @Test
  void gradientsOfAnotherShapeAreRefused() throws OrtException {
    Graph graph = Graph.empty(21);
    Ops op = Ops.on(graph);
    Value x = graph.setInitializer("x", Tensor.of(new float[6], 2, 3));
    Value dy = graph.setInitializer("dy", Tensor.of(new float[3], 1, 3));
    Value dx =
        op.call(
                DistillDomain.NAME,
                DistillDomain.GELU_GRADIENT,
                Attributes.NONE,
                List.of(dy, x),
                x.type())
            .get(0);
    graph.addOutput(dx.name());
    try (LoadedModel model = LibraryModels.load(graph, new OneDnnOperators(), Device.cpu(1))) {
      assertThatThrownBy(() -> model.run(Map.of(), model.outputs()))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("GeluGradient of [1, 3] and [2, 3], expected one shape");
    }
  }
}
