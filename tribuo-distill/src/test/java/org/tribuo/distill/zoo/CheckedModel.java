package org.tribuo.distill.zoo;

import ai.onnxruntime.OrtException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.engine.internal.ort.RunningGraph;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.FiniteDifferences;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.internal.autodiff.Differentiator;
import org.tribuo.distill.operator.internal.Operators;
import org.tribuo.distill.transformer.internal.layer.Weight;
import org.tribuo.distill.transformer.internal.layer.Weights;

/**
 * A model on random inputs: the gradients of a random weighted sum of its outputs, and the model as
 * it was to compare them with.
 */
final class CheckedModel implements AutoCloseable {
  private static final long SEED = 7;
  private static final long ROWS = 2;
  private static final long POSITIONS = 5;

  private final RunningGraph running;
  private final Map<String, Tensor> feeds;
  private final Map<String, Tensor> weights;
  private final Map<String, Tensor> gradients;

  private CheckedModel(
      RunningGraph running,
      Map<String, Tensor> feeds,
      Map<String, Tensor> weights,
      Map<String, Tensor> gradients) {
    this.running = running;
    this.feeds = feeds;
    this.weights = weights;
    this.gradients = gradients;
  }

  /**
   * @param trained which of the weights that can be trained are
   */
  static CheckedModel of(OnnxModel model, Operators rules, Predicate<String> trained)
      throws OrtException {
    return of(model, rules, trained, inputs(Graph.of(model), new SplittableRandom(SEED)));
  }

  /**
   * As above, on stated inputs.
   *
   * @param trained which of the weights that can be trained are
   */
  static CheckedModel of(
      OnnxModel model, Operators rules, Predicate<String> trained, Map<String, Tensor> inputs)
      throws OrtException {
    Graph graph = Graph.of(model);
    Normalization.applyForTraining(graph);
    List<String> names =
        Weights.trainable(graph).stream().map(Weight::initializer).filter(trained).toList();
    Graph forward = inHalves(model) ? graph.copy() : Graph.of(model);
    Map<String, Tensor> feeds = new LinkedHashMap<>(inputs);
    names.forEach(name -> feeds.put(name, forward.initializerToInput(name)));
    RunningGraph running = RunningGraph.of(forward.toModel());
    try {
      Map<String, Tensor> weights = new LinkedHashMap<>();
      running
          .run(feeds)
          .forEach((name, y) -> weights.put(name, noise(y.dims(), new SplittableRandom(SEED))));
      return new CheckedModel(
          running, feeds, weights, gradients(graph, inputs, weights, names, rules));
    } catch (OrtException | RuntimeException e) {
      running.close();
      throw e;
    }
  }

  /** Differences of halves are too coarse to compare anything with. */
  private static boolean inHalves(OnnxModel model) {
    return model.initializers().values().stream()
        .anyMatch(tensor -> tensor.elementType() == ElementType.FLOAT16);
  }

  private static Map<String, Tensor> gradients(
      Graph graph,
      Map<String, Tensor> inputs,
      Map<String, Tensor> weights,
      List<String> trained,
      Operators rules)
      throws OrtException {
    Ops op = Ops.on(graph);
    Value loss =
        weights.entrySet().stream()
            .map(e -> op.reduceSum(op.mul(graph.value(e.getKey()), op.constant(e.getValue()))))
            .reduce(op::add)
            .orElseThrow();
    ShapeInference.infer(graph);
    Map<String, Value> values = Differentiator.differentiate(graph, loss.name(), trained, rules);
    values.values().forEach(value -> graph.addOutput(value.name()));
    Map<String, Tensor> results = GraphRunner.run(graph, inputs);
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    values.forEach((name, value) -> gradients.put(name, results.get(value.name())));
    return gradients;
  }

  /** By trained weight. */
  Map<String, Tensor> gradients() {
    return gradients;
  }

  /** The derivative along a direction of one weight, by moving it a step up and a step down. */
  double along(String weight, Tensor direction, double step) throws OrtException {
    return (moved(weight, direction, step) - moved(weight, direction, -step)) / (2 * step);
  }

  private double moved(String weight, Tensor direction, double step) throws OrtException {
    float[] numbers = feeds.get(weight).toFloats();
    float[] along = direction.toFloats();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] += (float) (step * along[i]);
    }
    Map<String, Tensor> moved = new LinkedHashMap<>(feeds);
    moved.put(weight, Tensor.of(numbers, direction.dims()));
    return sum(moved);
  }

  /** Of single entries. */
  FiniteDifferences differences(double step) {
    return new FiniteDifferences(this::sum, feeds, step);
  }

  private double sum(Map<String, Tensor> tensors) throws OrtException {
    return FiniteDifferences.weighted(running.run(tensors), weights);
  }

  /** Two rows of small ids, the second of which is padded; of other floats anything. */
  private static Map<String, Tensor> inputs(Graph graph, SplittableRandom random) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    graph.inputs().forEach((name, type) -> inputs.put(name, input(name, type, random)));
    return inputs;
  }

  private static Tensor input(String name, TensorType type, SplittableRandom random) {
    long[] dims =
        type.shape().orElseThrow().dimensions().stream().mapToLong(CheckedModel::size).toArray();
    if (type.elementType().isFloat()) {
      return noise(dims, random);
    }
    long[] values = new long[elements(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          name.contains("mask")
              ? (i < values.length - 2 ? 1 : 0)
              : random.nextInt(name.contains("type") || name.contains("segment") ? 2 : 10);
    }
    Tensor tensor = Tensor.of(values, dims);
    return type.elementType() == ElementType.INT32 ? int32(tensor) : tensor;
  }

  private static int elements(long... dims) {
    return (int) Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  private static long size(Dimension dimension) {
    if (dimension instanceof Dimension.Fixed fixed) {
      return fixed.size();
    }
    String name = dimension.toString();
    return name.contains("batch") || name.equals("N") ? ROWS : POSITIONS;
  }

  private static Tensor int32(Tensor tensor) {
    var bytes =
        java.nio.ByteBuffer.allocate((int) tensor.elements() * 4)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (long value : tensor.toLongs()) {
      bytes.putInt((int) value);
    }
    return Tensor.of(ElementType.INT32, tensor.dims(), bytes.flip());
  }

  static Tensor noise(long[] dims, SplittableRandom random) {
    float[] values = new float[elements(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(values, dims);
  }

  @Override
  public void close() throws OrtException {
    running.close();
  }
}
