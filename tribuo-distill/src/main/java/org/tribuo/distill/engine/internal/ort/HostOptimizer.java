package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.graph.Tensor;

/**
 * Parameters and moments in the processor's memory, updated in one pass: each block of numbers is
 * clipped, decayed and moved while it is in a core's own cache. Blocks are of one size, and the
 * sums of the norm are added in their order, so bits do not depend on the number of threads.
 *
 * <p>Gradients are lists of as many buffers as there are parameters, in their order.
 */
final class HostOptimizer implements AutoCloseable {
  /** What a thread takes at a time; the norm's sums are of blocks, so its bits depend on it. */
  private static final int BLOCK = 2048;

  /**
   * Updated at a time. Four arrays of so many floats, and the memory that they are copied from and
   * to, fit into a core's first cache of 32 KB.
   */
  private static final int PIECE = 512;

  /** As in PyTorch's {@code clip_grad_norm_}: keeps the divisor away from zero. */
  private static final float EPSILON = 1e-6f;

  private static final String FIRST = "momentum0";
  private static final String SECOND = "momentum1";

  private static final ThreadLocal<float[][]> ARRAYS =
      ThreadLocal.withInitial(() -> new float[4][BLOCK]);

  /** The numbers of a parameter and its moments. */
  private record Numbers(
      FloatBuffer weight, FloatBuffer first, FloatBuffer second, boolean decays) {}

  /** Some neighbouring numbers of a parameter, which has a number of its own. */
  private record Block(int parameter, int start, int length) {}

  private final Optimizer settings;
  private final Workers workers;
  private final NativeTensors memory;
  private final Map<String, OnnxTensor> weights = new LinkedHashMap<>();
  private final Map<String, OnnxTensor> firstMoments = new LinkedHashMap<>();
  private final Map<String, OnnxTensor> secondMoments = new LinkedHashMap<>();
  private final List<Numbers> numbers = new ArrayList<>();
  private final List<Block> blocks = new ArrayList<>();
  private final double[] squares;
  private long steps;
  private float initialLearningRate;

  /**
   * @param start the parameters in their order, and the optimizer's state if there is one
   * @param workers that share a pass
   */
  HostOptimizer(Optimizer settings, Checkpoint start, Workers workers) throws OrtException {
    Set<String> decayed = settings.decayed(start.trainable().keySet());
    this.settings = settings;
    this.workers = workers;
    this.memory = new NativeTensors();
    this.steps = start.optimizer().map(OptimizerState::step).orElse(0L);
    this.initialLearningRate =
        start.optimizer().map(OptimizerState::initialLearningRate).orElse(0f);
    try {
      addAll(start, decayed);
    } catch (OrtException | RuntimeException e) {
      memory.close();
      throw e;
    }
    this.squares = new double[blocks.size()];
  }

  private void addAll(Checkpoint start, Set<String> decayed) throws OrtException {
    for (Map.Entry<String, Tensor> parameter : start.trainable().entrySet()) {
      String name = parameter.getKey();
      OnnxTensor weight = memory.copyOf(parameter.getValue());
      OnnxTensor first = moment(start, name, FIRST, weight);
      OnnxTensor second = moment(start, name, SECOND, weight);
      weights.put(name, weight);
      firstMoments.put(name, first);
      secondMoments.put(name, second);
      add(new Numbers(floats(weight), floats(first), floats(second), decayed.contains(name)));
    }
  }

  private OnnxTensor moment(Checkpoint start, String parameter, String moment, OnnxTensor weight)
      throws OrtException {
    Optional<Tensor> kept =
        start
            .optimizer()
            .flatMap(state -> Optional.ofNullable(state.moments().get(parameter)))
            .flatMap(moments -> Optional.ofNullable(moments.get(moment)));
    return kept.isPresent() ? memory.copyOf(kept.get()) : memory.zeros(weight.getInfo().getShape());
  }

  private void add(Numbers parameter) {
    int all = parameter.weight().capacity();
    for (int start = 0; start < all; start += BLOCK) {
      blocks.add(new Block(numbers.size(), start, Math.min(BLOCK, all - start)));
    }
    numbers.add(parameter);
  }

  /** Where the weights lie, for what else is needed from step to step. */
  NativeTensors memory() {
    return memory;
  }

  /** The numbers of a tensor that ONNX Runtime has made, valid until it is closed. */
  static FloatBuffer floats(OnnxTensor tensor) {
    return NativeTensors.memory(tensor).asFloatBuffer();
  }

  /** The updates so far. */
  long steps() {
    return steps;
  }

  /** The parameters, which each update changes, in their order. */
  Map<String, OnnxTensor> weights() {
    return Collections.unmodifiableMap(weights);
  }

  /** Adds gradients to others. */
  void add(List<FloatBuffer> gradients, List<FloatBuffer> sums) {
    workers.run(
        blocks.size(),
        number -> {
          Block block = blocks.get(number);
          float[] sum = read(sums, block, 0);
          float[] gradient = read(gradients, block, 1);
          for (int i = 0; i < block.length(); i++) {
            sum[i] += gradient[i];
          }
          sums.get(block.parameter()).put(block.start(), sum, 0, block.length());
        });
  }

  /** The Euclidean norm of all gradients. */
  float norm(List<FloatBuffer> gradients) {
    workers.run(
        blocks.size(),
        number -> {
          Block block = blocks.get(number);
          squares[number] = sumOfSquares(read(gradients, block, 0), block.length());
        });
    double sum = 0;
    for (double square : squares) {
      sum += square;
    }
    return (float) Math.sqrt(sum);
  }

  /** Several sums, since a single one would have to wait for itself. */
  private static double sumOfSquares(float[] x, int length) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = 0;
    for (; i + 4 <= length; i += 4) {
      a += x[i] * x[i];
      b += x[i + 1] * x[i + 1];
      c += x[i + 2] * x[i + 2];
      d += x[i + 3] * x[i + 3];
    }
    for (; i < length; i++) {
      a += x[i] * x[i];
    }
    return (double) a + b + c + d;
  }

  /**
   * Updates all parameters.
   *
   * @param norm that of the gradients, where they are clipped
   */
  void update(List<FloatBuffer> gradients, float norm, float learningRate) {
    if (steps == 0) {
      initialLearningRate = learningRate;
    }
    steps++;
    float excess = settings.maxGradientNorm().isPresent() ? excess(norm) : 0;
    AdamWStep step = AdamWStep.of(settings.adamW(), steps, learningRate, excess);
    workers.run(blocks.size(), number -> update(blocks.get(number), gradients, step));
  }

  /** 1 - min(1, maxNorm / (norm + epsilon)). */
  private float excess(float norm) {
    float largest = (float) settings.maxGradientNorm().orElseThrow();
    return 1 - Math.min(1, largest / (norm + EPSILON));
  }

  private void update(Block block, List<FloatBuffer> gradients, AdamWStep step) {
    for (int done = 0; done < block.length(); done += PIECE) {
      int length = Math.min(PIECE, block.length() - done);
      updatePiece(new Block(block.parameter(), block.start() + done, length), gradients, step);
    }
  }

  private void updatePiece(Block block, List<FloatBuffer> gradients, AdamWStep step) {
    Numbers parameter = numbers.get(block.parameter());
    float[] w = read(parameter.weight(), block, 0);
    float[] g = read(gradients, block, 1);
    float[] m = read(parameter.first(), block, 2);
    float[] v = read(parameter.second(), block, 3);
    step.update(w, g, m, v, block.length(), parameter.decays());
    parameter.weight().put(block.start(), w, 0, block.length());
    parameter.first().put(block.start(), m, 0, block.length());
    parameter.second().put(block.start(), v, 0, block.length());
  }

  private static float[] read(List<FloatBuffer> buffers, Block block, int array) {
    return read(buffers.get(block.parameter()), block, array);
  }

  /** Copies a block into an array of this thread's. */
  private static float[] read(FloatBuffer buffer, Block block, int array) {
    float[] copy = ARRAYS.get()[array];
    buffer.get(block.start(), copy, 0, block.length());
    return copy;
  }

  /** The state as views of what the next update changes. */
  Checkpoint checkpoint() {
    Map<String, Map<String, Tensor>> moments = new LinkedHashMap<>();
    addTo(moments, FIRST, firstMoments);
    addTo(moments, SECOND, secondMoments);
    return new Checkpoint(
        parameters(),
        Map.of(),
        Optional.of(new OptimizerState(steps, initialLearningRate, moments)),
        Checkpoint.Properties.NONE);
  }

  private static void addTo(
      Map<String, Map<String, Tensor>> moments, String moment, Map<String, OnnxTensor> tensors) {
    tensors.forEach(
        (parameter, tensor) ->
            moments
                .computeIfAbsent(parameter, name -> new LinkedHashMap<>())
                .put(moment, NativeTensors.view(tensor)));
  }

  /** The parameters as views of what the next update changes. */
  Map<String, Tensor> parameters() {
    Map<String, Tensor> views = new LinkedHashMap<>();
    weights.forEach((name, weight) -> views.put(name, NativeTensors.view(weight)));
    return views;
  }

  @Override
  public void close() {
    memory.close();
  }
}
