package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.EngineException;
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
 * Dropout whose masks are inputs of the graph: ONNX Runtime's own kernel draws them number after
 * number on one thread. Here each number is a function of the node's seed, the step and its place
 * in the mask, so that any number of threads draw the same, and a training that was interrupted
 * goes on with the same masks.
 */
final class DropoutMasks {
  /** The numbers that a thread draws at a time. */
  private static final int BLOCK = 4096;

  /** A loop that reads its own counter from an array is compiled to vector instructions. */
  private static final int[] COUNTERS = IntStream.range(0, BLOCK).toArray();

  private static final ThreadLocal<int[]> DRAWN = ThreadLocal.withInitial(() -> new int[BLOCK]);

  /**
   * What a tensor is multiplied by.
   *
   * @param threshold the probability of 0, of 2³¹
   * @param scale all other numbers
   */
  private record Mask(String input, Shape shape, int threshold, float scale, long key) {}

  /** Some neighbouring numbers of a mask. */
  private record Block(IntBuffer numbers, int start, int length, Mask mask, long key) {
    void draw() {
      int[] drawn = DRAWN.get();
      DropoutMasks.draw(drawn, length, start, mask.threshold(), mask.scale(), key);
      numbers.put(start, drawn, 0, length);
    }
  }

  private final Map<String, TensorType> batch;
  private final List<Mask> masks;

  private DropoutMasks(Map<String, TensorType> batch, List<Mask> masks) {
    this.batch = batch;
    this.masks = masks;
  }

  /**
   * Puts products with masks in place of a graph's Dropout nodes; those stay of which the ratio is
   * not a constant or the shape does not follow from the inputs.
   *
   * @param batch the inputs of the graph that a batch has
   * @param seed of nodes that do not have one
   */
  static DropoutMasks takeOver(Graph graph, Map<String, TensorType> batch, long seed) {
    Set<Dimension> known =
        batch.values().stream()
            .flatMap(type -> type.shape().stream())
            .flatMap(shape -> shape.dimensions().stream())
            .collect(Collectors.toSet());
    List<Mask> masks = new ArrayList<>();
    int number = 0;
    for (Node node : graph.topological()) {
      if (node.is("Dropout")) {
        long own = node.attributes().get("seed", mix(seed) + number);
        mask(graph, node, known, mix(own)).ifPresent(masks::add);
        number++;
      }
    }
    return new DropoutMasks(batch, masks);
  }

  private static Optional<Mask> mask(Graph graph, Node node, Set<Dimension> known, long key) {
    boolean drops =
        node.hasInput(1)
            && node.hasInput(2)
            && graph.constant(node.input(2)).filter(flag -> flag.toLongs()[0] != 0).isPresent();
    Optional<Float> ratio =
        drops ? graph.constant(node.input(1)).map(r -> r.toFloats()[0]) : Optional.empty();
    Optional<Shape> shape =
        graph
            .type(node.input(0))
            .filter(type -> type.elementType() == ElementType.FLOAT)
            .flatMap(TensorType::shape)
            .filter(s -> s.dimensions().stream().allMatch(d -> followsFrom(known, d)));
    if (ratio.isEmpty() || shape.isEmpty()) {
      return Optional.empty();
    }
    Ops op = Ops.on(graph);
    String input = graph.freshName(node.output(0) + "_mask");
    graph.addInput(input, new TensorType(ElementType.FLOAT, shape));
    Value mask = graph.value(input);
    Value x = graph.value(node.input(0));
    List<Value> results = new ArrayList<>();
    results.add(isOnes(graph, x) ? mask : op.mul(x, mask));
    if (node.hasOutput(1)) {
      results.add(op.cast(mask, ElementType.BOOL));
    }
    graph.substitute(node, results);
    int threshold = Math.round(ratio.get() * 0x1p31f);
    return Optional.of(new Mask(input, shape.get(), threshold, 1 / (1 - ratio.get()), key));
  }

  private static boolean isOnes(Graph graph, Value x) {
    return graph
        .producer(x.name())
        .filter(node -> node.is("Expand"))
        .flatMap(node -> graph.constant(node.input(0)))
        .filter(value -> value.elements() == 1 && value.toFloats()[0] == 1)
        .isPresent();
  }

  private static boolean followsFrom(Set<Dimension> known, Dimension dimension) {
    if (dimension instanceof Dimension.Product product) {
      return known.containsAll(product.symbols());
    }
    return dimension instanceof Dimension.Fixed
        || known.contains(dimension) && dimension.isSymbolic();
  }

  /**
   * Draws the masks of a batch.
   *
   * @param sizes the batch
   * @param step the updates before this batch
   * @param part of the batch, counted from 0
   * @param memory where they are drawn; what was drawn there before is lost
   * @throws EngineException if a mask is too large for one tensor
   */
  InputBuffers.Filled draw(
      Map<String, Tensor> sizes, long step, int part, Workers workers, NativeTensors memory)
      throws OrtException {
    Map<Dimension, Long> known = sizes(sizes);
    List<Block> blocks = new ArrayList<>();
    InputBuffers.Filled filled = new InputBuffers.Filled(new LinkedHashMap<>());
    try {
      for (Mask mask : masks) {
        long[] dims = mask.shape().dimensions().stream().mapToLong(d -> size(d, known)).toArray();
        int numbers = numbers(mask, dims);
        ByteBuffer bytes = memory.reused(mask.input(), numbers);
        bytes = bytes.slice(0, numbers * Float.BYTES).order(ByteOrder.nativeOrder());
        long key = mix(mix(mask.key() + step) + part);
        for (int start = 0; start < numbers; start += BLOCK) {
          int length = Math.min(BLOCK, numbers - start);
          blocks.add(new Block(bytes.asIntBuffer(), start, length, mask, key));
        }
        filled
            .byName()
            .put(
                mask.input(),
                OnnxTensor.createTensor(
                    OrtRuntime.loaded().environment(), bytes, dims, OnnxJavaType.FLOAT));
      }
    } catch (OrtException | RuntimeException e) {
      filled.close();
      throw e;
    }
    workers.run(blocks.size(), number -> blocks.get(number).draw());
    return filled;
  }

  private static int numbers(Mask mask, long[] dims) {
    long numbers = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    if (numbers > Integer.MAX_VALUE / Float.BYTES) {
      throw new EngineException(
          "The mask of dropout '%s' has %,d numbers in this batch, expected at most %,d; use smaller batches"
              .formatted(mask.input(), numbers, Integer.MAX_VALUE / Float.BYTES));
    }
    return (int) numbers;
  }

  private Map<Dimension, Long> sizes(Map<String, Tensor> tensors) {
    Map<Dimension, Long> sizes = new HashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          TensorType type = batch.get(name);
          if (type != null) {
            type.shape()
                .ifPresent(
                    shape -> {
                      for (int axis = 0; axis < shape.rank(); axis++) {
                        sizes.put(shape.dimension(axis), tensor.dim(axis));
                      }
                    });
          }
        });
    return sizes;
  }

  private static long size(Dimension dimension, Map<Dimension, Long> sizes) {
    if (dimension instanceof Dimension.Fixed fixed) {
      return fixed.size();
    }
    if (dimension instanceof Dimension.Product product) {
      long size = product.factor();
      for (Dimension symbol : product.symbols()) {
        size *= size(symbol, sizes);
      }
      return size;
    }
    return Objects.requireNonNull(sizes.get(dimension), dimension::toString);
  }

  /**
   * Draws numbers of a mask, as the bits of floats. A number is a hash of its place, by two rounds
   * of multiplication and shift, between which the second half of the key comes in: without that
   * the masks of two keys would be the same but for a shift. There is no branch, and so the loop is
   * compiled to vector instructions. The constants are those of lowbias32 (Wellons 2018).
   *
   * @param first the place of the first number
   */
  static void draw(int[] numbers, int length, int first, int threshold, float scale, long key) {
    int before = (int) key;
    int between = (int) (key >>> Integer.SIZE);
    int kept = Float.floatToRawIntBits(scale);
    for (int i = 0; i < length; i++) {
      int hash = (first + COUNTERS[i]) * 0x9e3779b1 + before;
      hash = (hash ^ hash >>> 16) * 0x7feb352d ^ between;
      hash = (hash ^ hash >>> 15) * 0x846ca68b;
      hash ^= hash >>> 16;
      numbers[i] = ~((hash >>> 1) - threshold >> 31) & kept;
    }
  }

  /** The finalizer of java.util.SplittableRandom. */
  private static long mix(long key) {
    long mixed = key + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }
}
