package org.tribuo.distill.training.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.layer.Weight;
import org.tribuo.distill.transformer.internal.layer.Weights;

/**
 * What the training of a BERT of real size costs. {@code src/dev/python/bert_step.py} measures the
 * same steps in PyTorch.
 */
@Tag("slow")
class BertTrainingTest {
  private static final int VOCABULARY = 30522;
  private static final long GIGABYTE = 1 << 30;
  private static final int STEPS = 10;

  private static TrainingGraph trainingGraph(OnnxModel model) {
    Graph graph = Graph.of(model);
    Normalization.applyForTraining(graph);
    List<String> weights = Weights.trainable(graph).stream().map(Weight::initializer).toList();
    AttachedObjective objective =
        Objective.of(RowForm.examples(), new CrossEntropy(), new KlDivergence())
            .attach(Ops.on(graph), graph.value("logits"));
    return TrainingGraph.of(
        graph, List.copyOf(objective.terms().keySet()), weights, StandardOperators.TABLE);
  }

  @Test
  void twelveLayersAreDifferentiatedInLessThanAGigabyte() {
    OnnxModel model = new BertClassifier(12, 384, 12, VOCABULARY, 512).graph().toModel();
    List<MemoryPoolMXBean> heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    System.gc();
    heap.forEach(MemoryPoolMXBean::resetPeakUsage);
    Instant start = Instant.now();
    TrainingGraph training = trainingGraph(model);
    Duration time = Duration.between(start, Instant.now());
    long bytes = heap.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();

    System.out.printf(
        "12 layers, hidden 384: differentiated in %d ms with %d MB of heap%n",
        time.toMillis(), bytes >> 20);
    assertThat(training.parameters()).hasSize(4 + 12 * 16 + 2);
    assertThat(bytes).isLessThan(GIGABYTE);
  }

  @Test
  void measuresSteps() throws IOException {
    measure(6, 384, 16, 128);
    measure(3, 384, 32, 32);
  }

  /** Each step is forward, backward and AdamW, as the fastest of several. */
  private static void measure(int layers, int hidden, int batch, int sequence) throws IOException {
    OnnxModel model = new BertClassifier(layers, hidden, 12, VOCABULARY, 512).graph().toModel();
    Map<String, Tensor> feeds = batch(batch, sequence);
    try (TrainingSession session =
        Engines.training().train(trainingGraph(model), Optimizer.DEFAULT, Device.cpu(2), 1)) {
      double gradients = Double.MAX_VALUE;
      double update = Double.MAX_VALUE;
      for (int step = 0; step < STEPS; step++) {
        long start = System.nanoTime();
        assertThat(session.step(feeds)).containsKey("loss");
        long middle = System.nanoTime();
        session.optimizerStep(1e-5f);
        gradients = Math.min(gradients, (middle - start) / 1e6);
        update = Math.min(update, (System.nanoTime() - middle) / 1e6);
      }
      System.out.printf(
          "layers %d, hidden %d, batch %d, sequence %d: %.0f + %.0f ms a step%n",
          layers, hidden, batch, sequence, gradients, update);
    }
  }

  private static Map<String, Tensor> batch(int batch, int sequence) {
    SplittableRandom random = new SplittableRandom(2);
    long[] ones = new long[batch * sequence];
    Arrays.fill(ones, 1);
    float[] labelled = new float[batch];
    Arrays.fill(labelled, 1);
    float[] teacher = new float[2 * batch];
    for (int i = 0; i < teacher.length; i++) {
      teacher[i] = (float) random.nextDouble(-1, 1);
    }
    Map<String, Tensor> feeds = new HashMap<>();
    long[] ids = random.longs(ones.length, 0, VOCABULARY).toArray();
    feeds.put("input_ids", Tensor.of(ids, batch, sequence));
    feeds.put("attention_mask", Tensor.of(ones, batch, sequence));
    feeds.put("labels", Tensor.of(random.longs(batch, 0, 2).toArray(), batch));
    feeds.put("labelled", Tensor.of(labelled, batch));
    feeds.put("teacher_logits", Tensor.of(teacher, batch, 2));
    feeds.put("alpha", Tensor.scalar(0.9f));
    feeds.put("temperature", Tensor.scalar(2f));
    feeds.put("loss_scale", Tensor.scalar(1f));
    return feeds;
  }
}
