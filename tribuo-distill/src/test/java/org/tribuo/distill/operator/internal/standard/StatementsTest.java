package org.tribuo.distill.operator.internal.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tribuo.distill.graph.OperatorCase.booleans;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.scalar;
import static org.tribuo.distill.graph.OperatorCase.vector;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.DecompositionCases;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.operator.SizedNode;

/** What entries state of shapes and positions, against what ONNX Runtime computes. */
class StatementsTest {
  private static final long SEED = Long.getLong("rules.seed", 20261129L);
  private static final int TRIALS = 4;

  private static final List<OperatorCase> WITHOUT_GRADIENT =
      Stream.of(
              Stream.of("Ceil", "Floor", "Round", "Sign", "Hardmax")
                  .map(name -> operator(name).on(normal(3, 4))),
              Stream.of("IsInf", "IsNaN").map(name -> operator(name).inFloat().on(normal(3, 4))),
              Stream.of("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")
                  .map(name -> operator(name).broadcasting(normal(), normal())),
              Stream.of("And", "Or", "Xor")
                  .map(name -> operator(name).broadcasting(booleans(), booleans())),
              Stream.of("Not").map(name -> operator(name).on(booleans(3, 4))))
          .flatMap(cases -> cases)
          .toList();

  private static final List<OperatorCase> SIZES =
      List.of(
          operator("Shape").on(normal(3, 4, 5)),
          operator("Shape").with("start", 1).with("end", -1).on(normal(3, 4, 5)),
          operator("Size").on(normal(3, 4)),
          operator("Range").on(scalar(0), scalar(5), scalar(1)),
          operator("ConstantOfShape").on(vector(2, 3)));

  static List<OperatorCase> cases() {
    return Stream.of(RuleCases.CASES, WITHOUT_GRADIENT, SIZES, DecompositionCases.CASES)
        .flatMap(List::stream)
        .filter(of -> of.opset() >= Ops.OPSET)
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void shapesAreThoseThatAreComputed(OperatorCase of) throws OrtException {
    for (int trial = 0; trial < TRIALS; trial++) {
      assertShapes(of, SEED + trial);
    }
  }

  private static void assertShapes(OperatorCase of, long seed) throws OrtException {
    OperatorCase.Instance instance = of.instance(seed, ElementType.FLOAT, Sizes.KNOWN);
    Graph graph = Graph.of(instance.model());
    Node node = node(graph, of);
    SizedNode sized = new SizedNode(graph, node, name -> contents(graph, instance, name));
    List<Optional<Shape>> stated = StandardOperators.of(node).shapes(sized);

    Map<String, Tensor> computed = GraphRunner.run(instance.model(), instance.feeds());
    for (int i = 0; i < stated.size(); i++) {
      Tensor y = computed.get(node.output(i));
      if (y != null && stated.get(i).isPresent()) {
        assertThat(sizes(y, stated.get(i).get()))
            .as("output %d of %s, -Drules.seed=%d", i, of, seed)
            .isEqualTo(sizes(y));
      }
    }
  }

  /** The sizes that a shape states, and of those that it leaves open what was computed. */
  private static List<Long> sizes(Tensor computed, Shape stated) {
    List<Long> sizes = new ArrayList<>();
    for (int axis = 0; axis < stated.rank(); axis++) {
      boolean open = !(stated.dimension(axis) instanceof Dimension.Fixed);
      sizes.add(
          open && axis < computed.rank()
              ? computed.dim(axis)
              : ((Dimension.Fixed) stated.dimension(axis)).size());
    }
    return sizes;
  }

  private static List<Long> sizes(Tensor tensor) {
    return Arrays.stream(tensor.dims()).boxed().toList();
  }

  private static Optional<List<Dimension>> contents(
      Graph graph, OperatorCase.Instance instance, String name) {
    return graph
        .constant(name)
        .or(() -> Optional.ofNullable(instance.feeds().get(name)))
        .filter(tensor -> !tensor.elementType().isFloat() && tensor.rank() <= 1)
        .map(tensor -> Arrays.stream(tensor.toLongs()).mapToObj(Dimension::of).toList());
  }

  private static Node node(Graph graph, OperatorCase of) {
    return graph.nodes().stream()
        .filter(node -> node.qualifiedOpType().equals(of.operator()))
        .findFirst()
        .orElseThrow();
  }

  static List<OperatorCase> casesWithPositions() {
    return cases().stream()
        .filter(of -> !of.operator().equals("Reshape") && !of.attributes().has("seed"))
        .toList();
  }

  /** The first and the last position of each axis, computed alone. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("casesWithPositions")
  void positionsDependOnThoseThatTheyAreStatedToComeFrom(OperatorCase of) throws OrtException {
    for (int trial = 0; trial < TRIALS; trial++) {
      assertPositions(of, SEED + trial);
    }
  }

  private static void assertPositions(OperatorCase of, long seed) throws OrtException {
    OperatorCase.Instance instance = of.instance(seed, ElementType.FLOAT, Sizes.KNOWN);
    Graph graph = Graph.of(instance.model());
    ShapeInference.infer(graph);
    Node node = node(graph, of);
    Ops op = Ops.on(graph);
    Map<String, String> expected = new LinkedHashMap<>();
    apart(graph, node)
        .forEach(
            (axis, origins) -> {
              for (long position : new long[] {0, -1}) {
                Value alone = alone(op, node, origins, position);
                Value whole = graph.value(node.output());
                expected.put(alone.name(), at(op, whole, axis, position).name());
              }
            });
    expected.keySet().forEach(graph::addOutput);
    expected.values().forEach(graph::addOutput);

    Map<String, Tensor> computed = GraphRunner.run(graph, instance.feeds());
    expected.forEach(
        (alone, selected) ->
            assertThat(numbers(computed.get(alone)))
                .as("%s of %s, -Drules.seed=%d", selected, of, seed)
                .usingComparatorWithPrecision(1e-5)
                .containsExactly(numbers(computed.get(selected))));
  }

  private static double[] numbers(Tensor tensor) {
    float[] floats = tensor.elementType().isFloat() ? tensor.toFloats() : new float[0];
    return tensor.elementType().isFloat()
        ? IntStream.range(0, (int) tensor.elements()).mapToDouble(i -> floats[i]).toArray()
        : Arrays.stream(tensor.toLongs()).asDoubleStream().toArray();
  }

  private static Value alone(Ops op, Node node, List<OptionalInt> origins, long position) {
    List<Value> inputs = new ArrayList<>(new Operation(op.graph(), node).xs());
    for (int i = 0; i < Math.min(inputs.size(), origins.size()); i++) {
      if (origins.get(i).isPresent()) {
        inputs.set(i, at(op, inputs.get(i), origins.get(i).getAsInt(), position));
      }
    }
    Value y = op.graph().value(node.output());
    return op.call(node.domain(), node.opType(), node.attributes(), inputs, y.type()).get(0);
  }

  private static Value at(Ops op, Value x, int axis, long position) {
    return op.slice(x, axis, position, position == -1 ? Long.MAX_VALUE : position + 1);
  }

  /** The axes of a node's output whose positions are apart, and where they come from. */
  private static Map<Integer, List<OptionalInt>> apart(Graph graph, Node node) {
    Map<Integer, List<OptionalInt>> apart = new LinkedHashMap<>();
    int rank = graph.value(node.output()).shape().map(Shape::rank).orElse(0);
    for (int axis = 0; axis < rank; axis++) {
      int along = axis;
      StandardOperators.of(node)
          .origins(new Operation(graph, node), axis)
          .ifPresent(origins -> apart.put(along, origins));
    }
    return apart;
  }

  @Test
  void positionsOfElementwiseOperatorsAreApart() {
    for (OperatorCase of : WITHOUT_GRADIENT) {
      int axes = 0;
      for (int trial = 0; trial < TRIALS; trial++) {
        Graph graph = Graph.of(of.instance(SEED + trial, ElementType.FLOAT, Sizes.KNOWN).model());
        ShapeInference.infer(graph);
        axes += apart(graph, node(graph, of)).size();
      }
      assertThat(axes).as(of.toString()).isPositive();
    }
  }
}
