package org.tribuo.distill.zoo;

import ai.onnxruntime.OrtException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.engine.internal.ort.RunningGraph;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.FiniteDifferences;
import org.tribuo.distill.graph.FiniteDifferences.Distance;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.internal.autodiff.Differentiator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Whether the normalised graph of a construct computes what ONNX Runtime computes of the original,
 * and whether the gradient of a random weighted sum of its outputs is that of central differences
 * of the original, entry by entry.
 */
final class ConstructCheck {
  /** Larger tensors are compared in so many entries. */
  private static final int ENTRIES = 24;

  private static final double SMALLEST = 1e-2;
  private static final long SEED = 11;

  private final Construct construct;
  private final boolean fine;

  private ConstructCheck(Construct construct) {
    this.construct = construct;
    this.fine =
        construct.differentiated().stream()
            .allMatch(name -> construct.feeds().get(name).elementType() == ElementType.DOUBLE);
  }

  /** What is wrong, if anything is. */
  static Optional<String> wrong(Construct construct) throws OrtException {
    return new ConstructCheck(construct).wrong();
  }

  private Optional<String> wrong() throws OrtException {
    try (RunningGraph original = RunningGraph.of(construct.model())) {
      Map<String, Tensor> expected = original.run(construct.feeds());
      Map<String, Tensor> weights = weights(expected);
      Graph graph = Graph.of(construct.model());
      Normalization.apply(graph);
      Map<String, Value> gradients = differentiate(graph, weights);
      Map<String, Tensor> results = GraphRunner.run(graph, construct.feeds());
      return firstDifference(results, expected)
          .or(() -> wrongGradient(original, weights, tensors(gradients, results)));
    }
  }

  private static Map<String, Tensor> weights(Map<String, Tensor> outputs) {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    outputs.forEach(
        (name, y) -> {
          if (y.elementType().isFloat()) {
            double[] values = random.doubles(y.elements(), -1, 1).toArray();
            weights.put(name, Tensor.of(values, y.dims()).cast(y.elementType()));
          }
        });
    return weights;
  }

  private Map<String, Value> differentiate(Graph graph, Map<String, Tensor> weights) {
    Ops op = Ops.on(graph);
    Value loss =
        weights.entrySet().stream()
            .map(e -> op.reduceSum(op.mul(graph.value(e.getKey()), op.constant(e.getValue()))))
            .map(sum -> op.cast(sum, ElementType.DOUBLE))
            .reduce(op::add)
            .orElseThrow();
    ShapeInference.infer(graph);
    Map<String, Value> gradients =
        Differentiator.differentiate(
            graph, loss.name(), construct.differentiated(), StandardOperators.TABLE);
    gradients.values().forEach(gradient -> graph.addOutput(gradient.name()));
    return gradients;
  }

  private static Map<String, Tensor> tensors(
      Map<String, Value> gradients, Map<String, Tensor> results) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    gradients.forEach((name, value) -> tensors.put(name, results.get(value.name())));
    return tensors;
  }

  private Optional<String> firstDifference(
      Map<String, Tensor> results, Map<String, Tensor> expected) {
    return expected.entrySet().stream()
        .flatMap(y -> difference(y.getKey(), results.get(y.getKey()), y.getValue()).stream())
        .findFirst();
  }

  private Optional<String> difference(String name, Tensor found, Tensor expected) {
    if (!found.type().equals(expected.type())) {
      return Optional.of("output '%s' is %s, expected %s".formatted(name, found, expected));
    }
    if (!expected.elementType().isFloat()) {
      return found.equals(expected)
          ? Optional.empty()
          : Optional.of("output '%s' has other numbers than expected".formatted(name));
    }
    double[] actual = FiniteDifferences.doubles(found);
    double[] wanted = FiniteDifferences.doubles(expected);
    double tolerance = fine ? 1e-9 : 2e-5;
    for (int i = 0; i < wanted.length; i++) {
      boolean same =
          Double.compare(actual[i], wanted[i]) == 0
              || Math.abs(actual[i] - wanted[i]) <= tolerance * (1 + Math.abs(wanted[i]));
      if (!same) {
        return Optional.of(
            "output '%s' is %.6g at %d, expected %.6g".formatted(name, actual[i], i, wanted[i]));
      }
    }
    return Optional.empty();
  }

  private Optional<String> wrongGradient(
      RunningGraph original, Map<String, Tensor> weights, Map<String, Tensor> gradients) {
    for (String name : construct.differentiated()) {
      if (!gradients.get(name).type().equals(construct.feeds().get(name).type())) {
        return Optional.of(
            "the gradient of '%s' is %s, expected %s"
                .formatted(name, gradients.get(name), construct.feeds().get(name)));
      }
    }
    FiniteDifferences differences =
        new FiniteDifferences(
            moved -> FiniteDifferences.weighted(original.run(moved), weights),
            construct.feeds(),
            fine ? 1e-4 : 1e-2);
    try {
      Distance distance = differences.of(gradients, ENTRIES, SMALLEST, SEED);
      return distance.error() <= (fine ? 1e-5 : 3e-3)
          ? Optional.empty()
          : Optional.of(distance.worst());
    } catch (OrtException e) {
      return Optional.of("the original fails where a number is moved: " + e.getMessage());
    }
  }
}
