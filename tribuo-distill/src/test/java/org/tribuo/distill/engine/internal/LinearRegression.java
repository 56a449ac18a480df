package org.tribuo.distill.engine.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * A tiny model whose gradients are known: predictions are the sum over k of (k + 1) (x wₖ + bₖ),
 * the loss is half the sum of the squared errors. Once as an ONNX graph, with the gradients written
 * by hand, and once in plain Java.
 */
public final class LinearRegression {
  public static final int FEATURES = 3;
  public static final int PAIRS = 4;
  public static final String LOSS = "loss";
  private static final String ERROR = "error";

  private LinearRegression() {}

  public static String weight(int pair) {
    return "layer." + pair + ".weight";
  }

  public static String bias(int pair) {
    return "layer." + pair + ".bias";
  }

  public static List<String> biases() {
    List<String> names = new ArrayList<>();
    for (int pair = 0; pair < PAIRS; pair++) {
      names.add(bias(pair));
    }
    return names;
  }

  /** With gradients that are written by hand. */
  public static TrainingGraph trainingGraph() {
    Graph graph = graph();
    Ops op = Ops.on(graph);
    Value x = graph.value("x");
    Value error = graph.value(ERROR);
    Map<String, Value> gradients = new LinkedHashMap<>();
    for (int pair = 0; pair < PAIRS; pair++) {
      Value scaled = op.mul(error, pair + 1);
      gradients.put(weight(pair), op.matmul(x, true, scaled, false));
      gradients.put(bias(pair), op.reduceSum(scaled, 0));
    }
    return new TrainingGraph(graph, List.of(LOSS), gradients);
  }

  /** Predictions and loss, forward only. */
  public static Graph graph() {
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    Value x = input(graph, "x", FEATURES);
    Value y = input(graph, "y", 1);
    initialWeights().forEach(graph::setInitializer);
    Value sum = op.neg(y);
    for (int pair = 0; pair < PAIRS; pair++) {
      Value product = op.matmul(x, graph.value(weight(pair)));
      sum = op.add(sum, op.mul(op.add(product, graph.value(bias(pair))), pair + 1));
    }
    rename(graph, sum, ERROR);
    rename(graph, op.mul(op.reduceSum(op.square(graph.value(ERROR))), 0.5), LOSS);
    graph.addOutput(LOSS);
    return graph;
  }

  private static Value input(Graph graph, String name, long width) {
    graph.addInput(
        name,
        TensorType.of(ElementType.FLOAT, Shape.of(Dimension.of("batch"), Dimension.of(width))));
    return graph.value(name);
  }

  private static void rename(Graph graph, Value value, String name) {
    graph.add(
        Node.ONNX, "Identity", Attributes.NONE, List.of(value.name()), Map.of(name, value.type()));
  }

  public static Map<String, Tensor> initialWeights() {
    SplittableRandom random = new SplittableRandom(1);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (int pair = 0; pair < PAIRS; pair++) {
      weights.put(weight(pair), Tensor.of(uniform(random, FEATURES), FEATURES, 1));
      weights.put(bias(pair), Tensor.of(uniform(random, 1), 1));
    }
    return weights;
  }

  public static Map<String, Tensor> batch(long seed, int examples) {
    SplittableRandom random = new SplittableRandom(seed);
    return Map.of(
        "x", Tensor.of(uniform(random, examples * FEATURES), examples, FEATURES),
        "y", Tensor.of(uniform(random, examples), examples, 1));
  }

  private static float[] uniform(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  /** AdamW as the formulas say, in double precision. */
  public static final class Reference {
    private final Optimizer settings;
    private final Map<String, double[]> weights = new LinkedHashMap<>();
    private final Map<String, double[]> gradients = new LinkedHashMap<>();
    private final Map<String, double[]> first = new LinkedHashMap<>();
    private final Map<String, double[]> second = new LinkedHashMap<>();
    private int step;

    Reference(Optimizer settings) {
      this.settings = settings;
      initialWeights()
          .forEach(
              (name, tensor) -> {
                float[] values = tensor.toFloats();
                double[] doubles = new double[values.length];
                Arrays.setAll(doubles, i -> values[i]);
                weights.put(name, doubles);
                for (Map<String, double[]> zeros : List.of(gradients, first, second)) {
                  zeros.put(name, new double[values.length]);
                }
              });
    }

    Map<String, double[]> weights() {
      return weights;
    }

    /** Adds the gradients of a batch and returns its loss. */
    double accumulate(Map<String, Tensor> batch) {
      float[] x = batch.get("x").toFloats();
      float[] y = batch.get("y").toFloats();
      double loss = 0;
      for (int row = 0; row < y.length; row++) {
        double error = -y[row];
        for (int pair = 0; pair < PAIRS; pair++) {
          double sum = weights.get(bias(pair))[0];
          for (int i = 0; i < FEATURES; i++) {
            sum += x[row * FEATURES + i] * weights.get(weight(pair))[i];
          }
          error += (pair + 1) * sum;
        }
        loss += error * error / 2;
        for (int pair = 0; pair < PAIRS; pair++) {
          gradients.get(bias(pair))[0] += (pair + 1) * error;
          for (int i = 0; i < FEATURES; i++) {
            gradients.get(weight(pair))[i] += (pair + 1) * error * x[row * FEATURES + i];
          }
        }
      }
      return loss;
    }

    double gradientNorm() {
      return Math.sqrt(
          gradients.values().stream().flatMapToDouble(Arrays::stream).map(g -> g * g).sum());
    }

    void optimizerStep(double learningRate) {
      step++;
      AdamW rule = settings.adamW();
      double scale =
          settings.maxGradientNorm().isPresent()
              ? Math.min(1, settings.maxGradientNorm().getAsDouble() / (gradientNorm() + 1e-6))
              : 1;
      for (String name : weights.keySet()) {
        double decay = settings.withoutWeightDecay().contains(name) ? 0 : rule.weightDecay();
        double[] w = weights.get(name);
        double[] g = gradients.get(name);
        double[] m = first.get(name);
        double[] v = second.get(name);
        for (int i = 0; i < w.length; i++) {
          double gradient = scale * g[i];
          m[i] = rule.beta1() * m[i] + (1 - rule.beta1()) * gradient;
          v[i] = rule.beta2() * v[i] + (1 - rule.beta2()) * gradient * gradient;
          double mean = m[i] / (1 - Math.pow(rule.beta1(), step));
          double square = v[i] / (1 - Math.pow(rule.beta2(), step));
          w[i] -= learningRate * decay * w[i];
          w[i] -= learningRate * mean / (Math.sqrt(square) + rule.epsilon());
          g[i] = 0;
        }
      }
    }
  }
}
