package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.AdamW;
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
 * over them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class UpdateBenchmark {
  private static final int TENSORS = 12;
  private static final Map<String, Tensor> BATCH = Map.of("s", Tensor.scalar(1f));

  /** Who updates the weights. */
  @Param public Updater updater;

  @Param({"1", "2"})
  public int threads;

  /** Weights in each of the twelve tensors. */
  @Param("1000000")
  public int weights;

  private TrainingSession session;

  /** Who updates the weights. */
  public enum Updater {
    JAVA,
    TRAINING_API
  }

  /** Opens the training. */
  @Setup
  public void open() throws IOException {
    TrainingGraph graph = graph(weights);
    Optimizer settings = settings(graph);
    Device device = Device.cpu(threads);
    session =
        updater == Updater.JAVA
            ? Engines.training().train(graph, settings, device, 1)
            : OrtTraining.open(TrainingArtifacts.of(graph, settings), device, 1);
  }

  /** One step. */
  @Benchmark
  public Object step() {
    Object losses = session.step(BATCH);
    session.optimizerStep(1e-3f);
    return losses;
  }

  /** Closes the training. */
  @TearDown
  public void close() {
    session.close();
  }

  private static Optimizer settings(TrainingGraph graph) {
    Set<String> undecayed = new LinkedHashSet<>(graph.parameters());
    undecayed.removeIf(name -> Integer.parseInt(name.substring(1)) % 2 == 0);
    return new Optimizer(AdamW.DEFAULT, OptionalDouble.of(1), undecayed);
  }

  private static TrainingGraph graph(int weights) {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("s", TensorType.of(ElementType.FLOAT));
    Ops op = Ops.on(graph);
    float[] values = new float[weights];
    Arrays.fill(values, 0.1f);
    Map<String, Value> gradients = new LinkedHashMap<>();
    for (int i = 0; i < TENSORS; i++) {
      Value weight = graph.setInitializer("w" + i, Tensor.of(values, weights));
      gradients.put(weight.name(), op.mul(weight, graph.value("s")));
    }
    Value loss = op.mul(graph.value("s"), 1);
    return new TrainingGraph(graph, List.of(loss.name()), gradients);
  }
}
