package org.tribuo.distill.internal.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.ort.RunningGraph;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.TaskHead;
import org.tribuo.distill.transformer.internal.layer.Weight;
import org.tribuo.distill.transformer.internal.layer.Weights;

/**
 * The gradient of a real model, all-MiniLM-L6-v2 with a head for 77 labels, against finite
 * differences of its loss: along ten random directions over all 22.7 million weights.
 */
@Tag("slow")
class FullSizeGradientTest {
  private static final int ROWS = 4;
  private static final int POSITIONS = 12;
  private static final int LABELS = 77;
  private static final double STEP = 2e-3;

  @Test
  void agreesWithFiniteDifferences(@TempDir Path folder) throws IOException, OrtException {
    Path file = folder.resolve("minilm.onnx");
    try (InputStream stream =
        Objects.requireNonNull(
            FullSizeGradientTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx"))) {
      Files.copy(stream, file);
    }
    Graph graph =
        new TaskHead(Pooling.MEAN, LABELS, 7).attach(Transformer.of(OnnxModel.read(file)));
    Normalization.apply(graph);
    List<String> weights = Weights.trainable(graph).stream().map(Weight::initializer).toList();
    AttachedObjective objective =
        Objective.of(RowForm.examples(), new CrossEntropy())
            .attach(Ops.on(graph), graph.value(TaskHead.LOGITS));
    Map<String, Value> gradients =
        Differentiator.differentiate(
            graph, objective.differentiated().name(), weights, StandardOperators.TABLE);
    gradients.values().forEach(gradient -> graph.addOutput(gradient.name()));
    Map<String, Tensor> values = new LinkedHashMap<>();
    weights.forEach(weight -> values.put(weight, graph.initializerToInput(weight)));

    try (RunningGraph running = RunningGraph.of(graph.toModel(), Device.cpu(2))) {
      Map<String, float[]> gradient = new LinkedHashMap<>();
      Map<String, Tensor> results = run(running, values, outputs(gradients));
      gradients.forEach(
          (weight, value) ->
              gradient.put(weight, Objects.requireNonNull(results.get(value.name())).toFloats()));
      List<String> report = new ArrayList<>();
      double worst = 0;
      for (int seed = 0; seed < 10; seed++) {
        double expected =
            (loss(running, moved(values, seed, STEP)) - loss(running, moved(values, seed, -STEP)))
                / (2 * STEP);
        double actual = along(values, gradient, seed);
        double error = Math.abs(actual - expected) / Math.abs(expected);
        worst = Math.max(worst, error);
        report.add("seed %d: %.6f, expected %.6f".formatted(seed, actual, expected));
      }
      System.out.printf("worst relative error %.2e%n", worst);
      assertThat(worst).as(report.toString()).isLessThan(1e-2);
    }
  }

  private static List<String> outputs(Map<String, Value> gradients) {
    return gradients.values().stream().map(Value::name).toList();
  }

  /** A random direction, in units of each weight's own size. */
  private static float[] direction(Tensor weight, SplittableRandom random) {
    float[] values = weight.toFloats();
    double size = norm(values) / Math.sqrt(values.length) + 1e-3;
    float[] direction = new float[values.length];
    for (int i = 0; i < direction.length; i++) {
      direction[i] = (float) (size * (random.nextDouble() * 2 - 1));
    }
    return direction;
  }

  private static Map<String, Tensor> moved(Map<String, Tensor> values, int seed, double step) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> moved = new LinkedHashMap<>();
    values.forEach(
        (name, tensor) -> {
          float[] direction = direction(tensor, random);
          float[] numbers = tensor.toFloats();
          for (int i = 0; i < numbers.length; i++) {
            numbers[i] += (float) (step * direction[i]);
          }
          moved.put(name, Tensor.of(numbers, tensor.dims()));
        });
    return moved;
  }

  private static double along(Map<String, Tensor> values, Map<String, float[]> gradient, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double sum = 0;
    for (Map.Entry<String, Tensor> entry : values.entrySet()) {
      float[] slope = Objects.requireNonNull(gradient.get(entry.getKey()));
      float[] direction = direction(entry.getValue(), random);
      for (int i = 0; i < slope.length; i++) {
        sum += (double) slope[i] * direction[i];
      }
    }
    return sum;
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  private static double loss(RunningGraph running, Map<String, Tensor> weights)
      throws OrtException {
    return Objects.requireNonNull(run(running, weights, List.of("loss")).get("loss")).toFloats()[0];
  }

  private static Map<String, Tensor> run(
      RunningGraph running, Map<String, Tensor> weights, List<String> wanted) throws OrtException {
    SplittableRandom random = new SplittableRandom(1);
    Map<String, Tensor> feeds = new LinkedHashMap<>(weights);
    long[] ids = random.longs((long) ROWS * POSITIONS, 1000, 20000).toArray();
    long[] mask = new long[ROWS * POSITIONS];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i % POSITIONS < 6 + i / POSITIONS * 2 ? 1 : 0;
    }
    feeds.put("input_ids", Tensor.of(ids, ROWS, POSITIONS));
    feeds.put("attention_mask", Tensor.of(mask, ROWS, POSITIONS));
    feeds.put("token_type_ids", Tensor.of(new long[ROWS * POSITIONS], ROWS, POSITIONS));
    feeds.put("labels", Tensor.of(random.longs(ROWS, 0, LABELS).toArray(), ROWS));
    feeds.put("labelled", Tensor.of(new float[] {1, 1, 1, 1}, ROWS));
    feeds.put("loss_scale", Tensor.scalar(1f));
    return running.run(feeds, new LinkedHashSet<>(wanted));
  }
}
