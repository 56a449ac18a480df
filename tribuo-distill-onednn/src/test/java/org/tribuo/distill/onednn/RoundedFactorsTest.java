package org.tribuo.distill.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
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
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.DistillDomain;

/** Factors that a node of their own has rounded. */
class RoundedFactorsTest {
  private static final long SEED = 20261130;
  private static final TensorType FLOATS = TensorType.ofUnknownRank(ElementType.FLOAT);
  private static final TensorType SHORT = TensorType.ofUnknownRank(ElementType.BFLOAT16);

  /** The product of two inputs, with no factor rounded before, each, and both. */
  private static Graph products(boolean transA, boolean transB, float alpha) {
    Graph graph = Graph.empty(21);
    for (String factor : List.of("a", "b")) {
      graph.addInput(factor, FLOATS);
      graph.add(
          DistillDomain.NAME,
          DistillDomain.ROUNDING,
          Attributes.NONE,
          List.of(factor),
          Map.of("short_" + factor, SHORT));
    }
    Attributes attributes =
        Attributes.NONE
            .with("transA", transA ? 1L : 0L)
            .with("transB", transB ? 1L : 0L)
            .with("alpha", alpha);
    for (String left : List.of("a", "short_a")) {
      for (String right : List.of("b", "short_b")) {
        String product = left + " " + right;
        graph.add(
            DistillDomain.NAME,
            DistillDomain.PRODUCT,
            attributes,
            List.of(left, right),
            Map.of(product, FLOATS));
        graph.addOutput(product);
      }
    }
    return graph;
  }

  private static List<Tensor> run(Graph graph, int threads, Map<String, Tensor> inputs)
      throws OrtException {
    try (LoadedModel model =
        LibraryModels.load(graph, new OneDnnOperators(0), Device.cpu(threads))) {
      return new ArrayList<>(model.run(inputs, model.outputs()).values());
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "7, 5, 3", "256, 64, 128", "300, 65, 511", "31, 1100, 90", "64, 33, 20"})
  void giveTheSameBits(int m, int k, int n) throws OrtException {
    assumeTrue(new OneDnnOperators().isActive());
    SplittableRandom random = new SplittableRandom(SEED);
    for (int form = 0; form < 4; form++) {
      boolean transA = (form & 1) != 0;
      boolean transB = (form & 2) != 0;
      Map<String, Tensor> inputs =
          Map.of(
              "a", transA ? random(random, k, m) : random(random, m, k),
              "b", transB ? random(random, n, k) : random(random, k, n));
      for (int threads : new int[] {1, 2}) {
        List<Tensor> results = run(products(transA, transB, 0.5f), threads, inputs);
        assertThat(results).hasSize(4);
        for (Tensor result : results) {
          assertThat(result.toFloats())
              .as("%d x %d x %d, form %d, seed %d", m, k, n, form, SEED)
              .isEqualTo(results.get(0).toFloats());
        }
      }
    }
  }

  @Test
  void stacksGiveTheSameBits() throws OrtException {
    assumeTrue(new OneDnnOperators().isActive());
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Tensor> inputs =
        Map.of(
            "a", ProductGraph.random(random, 2, 3, 9, 17),
            "b", ProductGraph.random(random, 2, 3, 17, 5));
    List<Tensor> results = run(products(false, false, 1), 1, inputs);
    for (Tensor result : results) {
      assertThat(result.toFloats()).isEqualTo(results.get(0).toFloats());
    }
  }

  /** Each number is the nearest of those with 8 significant bits, of two the even one. */
  @Test
  void numbersAreRoundedToTheNearest() throws OrtException {
    assumeTrue(new OneDnnOperators().isActive());
    float[] numbers = {1, -1, 0, 1.00390625f, 1.01171875f, 1.004f, 3e38f, -1.2345678e-20f};
    float[] expected = {1, -1, 0, 1, 1.015625f, 1.0078125f, 0, 0};
    for (int i = 6; i < numbers.length; i++) {
      int bits = Float.floatToRawIntBits(numbers[i]);
      expected[i] = Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }
    Graph graph = Graph.empty(21);
    graph.addInput("x", FLOATS);
    graph.add(
        DistillDomain.NAME,
        DistillDomain.ROUNDING,
        Attributes.NONE,
        List.of("x"),
        Map.of("short", SHORT));
    graph.add(
        Node.ONNX, "Cast", Attributes.NONE.with("to", 1L), List.of("short"), Map.of("y", FLOATS));
    graph.addOutput("y");
    Tensor x = Tensor.of(numbers, numbers.length);

    assertThat(run(graph, 1, Map.of("x", x)).get(0).toFloats()).isEqualTo(expected);
  }

  private static Tensor random(SplittableRandom random, long rows, long columns) {
    return ProductGraph.random(random, rows, columns);
  }

  /** What the child of the next test runs. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws OrtException {
      Tensor one = Tensor.of(new float[] {1}, 1, 1);
      try {
        run(products(false, false, 1), 1, Map.of("a", one, "b", one));
      } catch (EngineException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void areRefusedWithoutTheInstructions() throws Exception {
    String output = OwnJvm.output(Child.class, Map.of("ONEDNN_MAX_CPU_ISA", "AVX2"));

    assertThat(output)
        .contains("Product of [1, 1] and [1, 1]: they are rounded, which needs AMX or AVX512-BF16");
    assertThatThrownBy(() -> NumberType.ofOnnx(7))
        .hasMessage("A tensor of ONNX's element type 7, expected float32 or bfloat16");
  }
}
