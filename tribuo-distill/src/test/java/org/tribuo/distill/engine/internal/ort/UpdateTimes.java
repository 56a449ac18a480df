package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * What an update costs beside the network: the norm, clipping, weight decay of half of the weights,
 * AdamW and what hands the gradients over. Gradients are a multiple of the weights, a single pass
 * over them. The update in Java and that of ONNX Runtime's training API are measured in turns.
 */
final class UpdateTimes {
  private static final int TENSORS = 12;
  private static final int ROUNDS = 12;
  private static final int STEPS = 5;

  private UpdateTimes() {}

  /**
   * @param arguments millions of weights in each of the twelve tensors, by default 1
   */
  public static void main(String[] arguments) throws IOException {
    int numbers = (arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1) * 1_000_000;
    for (int threads : new int[] {1, 2}) {
      Device device = Device.cpu(threads);
      TrainingGraph graph = graph(numbers);
      Optimizer settings = settings(graph);
      try (TrainingSession inJava = Engines.training().train(graph, settings, device, 1);
          TrainingSession byApi =
              OrtTraining.open(TrainingArtifacts.of(graph, settings), device, 1)) {
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
          measure(inJava, times.computeIfAbsent("in Java", name -> new ArrayList<>()));
          measure(byApi, times.computeIfAbsent("by the training API", name -> new ArrayList<>()));
        }
        times.forEach(
            (name, all) -> {
              Collections.sort(all);
              System.out.printf(
                  Locale.ROOT,
                  "%,d weights, %d threads, %s: least %.1f ms, median %.1f ms%n",
                  (long) TENSORS * numbers,
                  threads,
                  name,
                  all.get(0),
                  all.get(all.size() / 2));
            });
      }
    }
  }

  private static void measure(TrainingSession session, List<Double> milliseconds) {
    Map<String, Tensor> batch = Map.of("s", Tensor.scalar(1f));
    for (int step = 0; step < STEPS; step++) {
      long start = System.nanoTime();
      if (session.step(batch).isEmpty()) {
        throw new IllegalStateException("There is no loss");
      }
      session.optimizerStep(1e-3f);
      milliseconds.add((System.nanoTime() - start) / 1e6);
    }
  }

  private static Optimizer settings(TrainingGraph graph) {
    Set<String> undecayed = new LinkedHashSet<>(graph.parameters());
    undecayed.removeIf(name -> Integer.parseInt(name.substring(1)) % 2 == 0);
    return Optimizer.DEFAULT.withMaxGradientNorm(1).withoutWeightDecayFor(undecayed);
  }

  private static TrainingGraph graph(int numbers) {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("s", TensorType.of(ElementType.FLOAT));
    Ops op = Ops.on(graph);
    float[] values = new float[numbers];
    Arrays.fill(values, 0.1f);
    Map<String, Value> gradients = new LinkedHashMap<>();
    for (int i = 0; i < TENSORS; i++) {
      Value weight = graph.setInitializer("w" + i, Tensor.of(values, numbers));
      gradients.put(weight.name(), op.mul(weight, graph.value("s")));
    }
    Value loss = op.mul(graph.value("s"), 1);
    return new TrainingGraph(graph, List.of(loss.name()), gradients);
  }
}
