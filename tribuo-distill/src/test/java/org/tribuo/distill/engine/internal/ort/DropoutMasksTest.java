package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;
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

/** The graph drops some of x, [batch, 384], in one or more Dropout nodes. */
class DropoutMasksTest {
  private static final int ROWS = 1000;
  private static final int WIDTH = 384;
  private static final int NUMBERS = ROWS * WIDTH;
  private static final Shape SHAPE = Shape.of(Dimension.of("batch"), Dimension.of(WIDTH));

  /** Five standard deviations of the mean of so many numbers that are 0 or 1. */
  private static final double NOISE = 5 * 0.5 / Math.sqrt(NUMBERS);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(floats = {0.01f, 0.1f, 0.5f, 0.9f})
  void dropsWithTheProbabilityAndScalesTheOthers(float ratio) throws OrtException {
    float[] mask = mask(ratio, 1, 0, 0, 1);
    int kept = 0;
    for (float number : mask) {
      assertThat(number).isIn(0f, 1 / (1 - ratio));
      kept += number == 0 ? 0 : 1;
    }
    assertThat(mask).hasSize(NUMBERS);
    assertThat(kept / (double) NUMBERS).isCloseTo(1 - ratio, within(NOISE));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8})
  void areTheSameForAnyNumberOfThreads(int threads) throws OrtException {
    assertThat(mask(0.1f, 1, 5, 2, threads)).isEqualTo(mask(0.1f, 1, 5, 2, 1));
  }

  @Test
  void haveNothingToDoWithThoseOfAnotherSeedStepOrPart() throws OrtException {
    float[] mask = mask(0.5f, 1, 5, 2, 1);
    for (float[] other :
        List.of(
            mask(0.5f, 2, 5, 2, 1),
            mask(0.5f, 1, 6, 2, 1),
            mask(0.5f, 1, 5, 3, 1),
            mask(0.5f, 1, 2, 5, 1))) {
      assertThat(equalAt(0, mask, other)).isCloseTo(0.5, within(NOISE));
      assertThat(equalAt(1, mask, other)).isCloseTo(0.5, within(NOISE));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 16, 64, WIDTH, 4096, 65536})
  void haveNumbersThatHaveNothingToDoWithEachOther(int distance) throws OrtException {
    float[] mask = mask(0.5f, 1, 5, 2, 1);
    assertThat(equalAt(distance, mask, mask)).isCloseTo(0.5, within(2 * NOISE));
  }

  @Test
  void ofTwoPlacesDiffer() throws OrtException {
    Graph graph = graph(SHAPE);
    drop(graph, 0.5f, Attributes.NONE);
    drop(graph, 0.5f, Attributes.NONE);
    List<float[]> masks = draw(graph, 7, 0, 0, 1);
    assertThat(masks).hasSize(2);
    assertThat(equalAt(0, masks.get(0), masks.get(1))).isCloseTo(0.5, within(NOISE));
  }

  @Test
  void areNotDrawnWhereTheShapeDoesNotFollowFromTheInputs() {
    Graph graph = graph(Shape.of(Dimension.unknown(), Dimension.of(WIDTH)));
    drop(graph, 0.5f, Attributes.NONE);
    DropoutMasks.takeOver(graph, Map.copyOf(graph.inputs()), 1);
    assertThat(graph.nodes()).anyMatch(node -> node.is("Dropout"));
    assertThat(graph.inputs()).containsOnlyKeys("x");
  }

  @Test
  void areAllThatIsLeftOfADropoutOfOnes() {
    Graph graph = graph(SHAPE);
    Ops op = Ops.on(graph);
    Value x = graph.value("x");
    Value mask = drop(graph, 0.5f, Attributes.NONE, op.expandLike(op.scalar(1, x), x));
    graph.addOutput(op.mul(x, mask).name());
    DropoutMasks.takeOver(graph, Map.copyOf(graph.inputs()), 1);
    graph.removeUnused();
    assertThat(graph.nodes()).extracting(Node::opType).containsOnlyOnce("Mul");
    assertThat(graph.nodes()).noneMatch(node -> node.is("Dropout") || node.is("Expand"));
  }

  /** The losses are the sum of what is left of ones, and the number of those that were kept. */
  @Test
  void areWhatTheNodesMaskSays() throws IOException {
    Graph graph = graph(SHAPE);
    Ops op = Ops.on(graph);
    Value w = graph.setInitializer("w", Tensor.scalar(1f));
    Value ones = op.mul(graph.value("x"), w);
    Node node = dropout(graph, 0.75f, Attributes.NONE, ones, "kept");
    Value sum = op.reduceSum(new Value(node.output(0), ones.type()));
    Value count = op.reduceSum(op.cast(graph.value("kept"), ElementType.FLOAT));
    TrainingGraph training =
        new TrainingGraph(graph, List.of(sum.name(), count.name()), Map.of("w", sum));
    float[] ofOnes = new float[NUMBERS];
    java.util.Arrays.fill(ofOnes, 1);
    try (TrainingSession session =
        Engines.training().train(training, Optimizer.DEFAULT, Device.cpu(2), 1)) {
      Map<String, Tensor> losses = session.step(Map.of("x", Tensor.of(ofOnes, ROWS, WIDTH)));
      double kept = losses.get(count.name()).toFloats()[0];
      assertThat(kept / NUMBERS).isCloseTo(0.25, within(NOISE));
      assertThat((double) losses.get(sum.name()).toFloats()[0]).isCloseTo(4 * kept, within(1.0));
    }
  }

  @Test
  void goOnAfterAnInterruption() throws IOException {
    Path file = folder.resolve("checkpoint");
    Map<String, Tensor> uninterrupted;
    try (TrainingSession session =
        Engines.training().train(training(), Optimizer.DEFAULT, Device.cpu(1), 1)) {
      train(session, 2);
      session.saveCheckpoint(file);
      train(session, 3);
      uninterrupted = session.weights();
    }
    try (TrainingSession session =
        Engines.training().resume(training(), Optimizer.DEFAULT, Device.cpu(2), 1, file)) {
      train(session, 3);
      assertThat(session.weights()).isEqualTo(uninterrupted);
    }
  }

  /** Two parts a step. */
  private static void train(TrainingSession session, int steps) {
    float[] numbers = new float[3 * WIDTH];
    java.util.Arrays.fill(numbers, 1);
    Map<String, Tensor> batch = Map.of("x", Tensor.of(numbers, 3, WIDTH));
    for (int step = 0; step < steps; step++) {
      assertThat(session.accumulate(batch)).isNotEqualTo(session.step(batch));
      session.optimizerStep(0.1f);
    }
  }

  /** The gradient of each of the weights is the sum of its column of the mask. */
  private static TrainingGraph training() {
    Graph graph = graph(SHAPE);
    Ops op = Ops.on(graph);
    Value w = graph.setInitializer("w", Tensor.of(new float[WIDTH], WIDTH));
    Value dropped = drop(graph, 0.5f, Attributes.NONE, op.mul(graph.value("x"), op.add(w, 1)));
    Value loss = op.reduceSum(dropped);
    return new TrainingGraph(graph, List.of(loss.name()), Map.of("w", op.reduceSum(dropped, 0)));
  }

  private static float[] mask(float ratio, long seed, long step, int part, int threads)
      throws OrtException {
    Graph graph = graph(SHAPE);
    drop(graph, ratio, Attributes.NONE.with("seed", seed));
    return draw(graph, 99, step, part, threads).get(0);
  }

  private static List<float[]> draw(Graph graph, long seed, long step, int part, int threads)
      throws OrtException {
    DropoutMasks masks = DropoutMasks.takeOver(graph, Map.copyOf(graph.inputs()), seed);
    Tensor x = Tensor.of(new float[NUMBERS], ROWS, WIDTH);
    try (Workers workers = new Workers(threads);
        NativeTensors memory = new NativeTensors();
        InputBuffers.Filled drawn = masks.draw(Map.of("x", x), step, part, workers, memory)) {
      return drawn.byName().values().stream()
          .map(tensor -> floats(tensor.getFloatBuffer()))
          .toList();
    }
  }

  private static float[] floats(FloatBuffer buffer) {
    float[] floats = new float[buffer.remaining()];
    buffer.get(floats);
    return floats;
  }

  /** The part of the numbers that are equal to those so many places further in another mask. */
  private static double equalAt(int distance, float[] mask, float[] other) {
    int equal = 0;
    for (int i = 0; i < mask.length - distance; i++) {
      equal += mask[i] == other[i + distance] ? 1 : 0;
    }
    return equal / (double) (mask.length - distance);
  }

  private static Graph graph(Shape shape) {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("x", TensorType.of(ElementType.FLOAT, shape));
    return graph;
  }

  private static void drop(Graph graph, float ratio, Attributes attributes) {
    graph.addOutput(drop(graph, ratio, attributes, graph.value("x")).name());
  }

  private static Value drop(Graph graph, float ratio, Attributes attributes, Value x) {
    return new Value(dropout(graph, ratio, attributes, x, "").output(0), x.type());
  }

  private static Node dropout(
      Graph graph, float ratio, Attributes attributes, Value x, String mask) {
    Ops op = Ops.on(graph);
    List<String> inputs =
        List.of(
            x.name(),
            op.constant(Tensor.scalar(ratio)).name(),
            op.constant(Tensor.of(new boolean[] {true})).name());
    Map<String, TensorType> outputs = new java.util.LinkedHashMap<>();
    outputs.put(graph.freshName("dropped"), x.type());
    if (!mask.isEmpty()) {
      outputs.put(mask, new TensorType(ElementType.BOOL, x.shape()));
    }
    return graph.add(Node.ONNX, "Dropout", attributes, inputs, outputs);
  }
}
