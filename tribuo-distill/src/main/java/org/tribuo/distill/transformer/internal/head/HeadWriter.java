package org.tribuo.distill.transformer.internal.head;

import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * Writes pooling and a linear layer, or cosines, into a graph of any opset. The forms are those
 * that never changed: sums over positions are matrix products, as the axes of ReduceSum and
 * Unsqueeze are attributes in some opsets and inputs in others.
 */
final class HeadWriter {
  /** The output: [batch, labels], or [batch, positions, labels]. */
  static final String LOGITS = "logits";

  /** The initializer [width, labels] of the linear layer. */
  static final String WEIGHT = "head.weight";

  /** The initializer [labels] of the linear layer. */
  static final String BIAS = "head.bias";

  /** Of a head of cosines, the pooled vectors, divided by their norms. */
  static final String VECTOR = "head.vector";

  /** The initializer [] of a head of cosines. */
  static final String SCALE = "head.scale";

  private static final double SMALLEST_COUNT = 1e-9;

  /** 1e-9 is 0 in half precision; this is its smallest normal number. */
  private static final double SMALLEST_HALF = 6.2e-5;

  private final Graph graph;
  private final Shape states;
  private final ElementType elementType;
  private final Dimension width;

  /**
   * @param states the type of what is pooled: the hidden states, or a pooler's vectors
   */
  HeadWriter(Graph graph, TensorType states) {
    this.graph = graph;
    this.states = states.shape().orElseThrow();
    this.elementType = states.elementType();
    this.width = this.states.dimension(-1);
  }

  String firstToken(String hidden) {
    String first = constant("head.first", Tensor.scalar(0L));
    return node("Gather", Attributes.NONE.with("axis", 1L), vectors(), hidden, first);
  }

  /**
   * @param mask 1 for a token, 0 for padding, [batch, positions]
   */
  String mean(String hidden, String mask) {
    Dimension one = Dimension.of(1);
    String weights = mask;
    if (graph.value(mask).elementType() != elementType) {
      Attributes to = Attributes.NONE.with("to", (long) elementType.onnxNumber());
      weights = node("Cast", to, List.of(batch(), positions()), mask);
    }
    String row = reshape(weights, List.of(batch(), one, positions()), 0, 1, -1);
    String column = reshape(weights, List.of(batch(), positions(), one), 0, -1, 1);
    String sum = node("MatMul", Attributes.NONE, List.of(batch(), one, width), row, hidden);
    String tokens = node("MatMul", Attributes.NONE, List.of(batch(), one, one), row, column);
    String smallest =
        constant(
            "head.smallest_count",
            Tensor.scalar(
                    (float) (elementType == ElementType.FLOAT16 ? SMALLEST_HALF : SMALLEST_COUNT))
                .cast(elementType));
    String count = node("Max", Attributes.NONE, List.of(batch(), one, one), tokens, smallest);
    String mean = node("Div", Attributes.NONE, List.of(batch(), one, width), sum, count);
    return reshape(mean, vectors(), 0, size(width));
  }

  /** The mean over all positions, where none is padding. */
  String meanOfAll(String hidden) {
    List<Dimension> swapped = List.of(batch(), width, positions());
    Attributes order = Attributes.NONE.with("perm", new long[] {0, 2, 1});
    String columns = node("Transpose", order, swapped, hidden);
    String mean =
        node(
            "GlobalAveragePool",
            Attributes.NONE,
            List.of(batch(), width, Dimension.of(1)),
            columns);
    return reshape(mean, vectors(), 0, size(width));
  }

  /** The linear layer over the last axis. */
  void linear(String pooled, boolean eachToken, Tensor weight) {
    long labels = weight.dim(1);
    graph.setInitializer(WEIGHT, weight.cast(elementType));
    graph.setInitializer(
        BIAS, Tensor.of(new float[Math.toIntExact(labels)], labels).cast(elementType));
    List<Dimension> dims = rows(eachToken, labels);
    String product = node("MatMul", Attributes.NONE, dims, pooled, WEIGHT);
    logits("Add", dims, product, BIAS);
  }

  /** The cosine of the last axis with each column of the weight, times the scale. */
  void cosines(String pooled, boolean eachToken, Tensor weight, float scale) {
    graph.setInitializer(WEIGHT, weight.cast(elementType));
    List<Dimension> dims = rows(eachToken, weight.dim(1));
    List<Dimension> columns = List.of(width, Dimension.of(weight.dim(1)));
    TensorType vectors = TensorType.of(elementType, new Shape(rows(eachToken, size(width))));
    graph.add(Node.ONNX, "LpNormalization", unit(-1), List.of(pooled), Map.of(VECTOR, vectors));
    String directions = node("LpNormalization", unit(0), columns, WEIGHT);
    String cosines = node("MatMul", Attributes.NONE, dims, VECTOR, directions);
    graph.setInitializer(SCALE, Tensor.scalar(scale).cast(elementType));
    logits("Mul", dims, cosines, SCALE);
  }

  /** One column of the logits, as a value of its own: [batch, positions]. */
  void column(long number, String output) {
    String index = constant("head.column", Tensor.scalar(number));
    graph.add(
        Node.ONNX,
        "Gather",
        Attributes.NONE.with("axis", 2L),
        List.of(LOGITS, index),
        Map.of(output, TensorType.of(elementType, Shape.of(batch(), positions()))));
  }

  /**
   * A linear layer over the vectors of what is pooled.
   *
   * @param name of its weights, {@code NAME.weight} [width, columns] and {@code NAME.bias}
   */
  String projected(String value, String name, Tensor weight) {
    return affine(value, rows(states.rank() == 3, weight.dim(1)), name, weight);
  }

  /** The same over the vectors of texts. */
  String ofTexts(String value, String name, Tensor weight) {
    return affine(value, rows(false, weight.dim(1)), name, weight);
  }

  private String affine(String value, List<Dimension> dims, String name, Tensor weight) {
    String matrix = constant(name + ".weight", weight.cast(elementType));
    Tensor zeros = Tensor.of(new float[Math.toIntExact(weight.dim(1))], weight.dim(1));
    String bias = constant(name + ".bias", zeros.cast(elementType));
    String product = node("MatMul", Attributes.NONE, dims, value, matrix);
    return node("Add", Attributes.NONE, dims, product, bias);
  }

  /** The vectors of texts, each divided by its norm. */
  String unitLength(String vectors) {
    return node("LpNormalization", unit(-1), vectors(), vectors);
  }

  /**
   * The cosine of two neighbouring rows each, [pairs, 1].
   *
   * @param vectors [2 · pairs, width]
   * @param pairs their number
   */
  void cosinesOfPairs(String vectors, Dimension pairs, String output) {
    Dimension one = Dimension.of(1);
    String both =
        reshape(unitLength(vectors), List.of(pairs, Dimension.of(2), width), -1, 2, size(width));
    String first = ofPairs(both, pairs, 0);
    String second = ofPairs(both, pairs, 1);
    Attributes swapped = Attributes.NONE.with("perm", new long[] {0, 2, 1});
    String column = node("Transpose", swapped, List.of(pairs, width, one), second);
    String product = node("MatMul", Attributes.NONE, List.of(pairs, one, one), first, column);
    graph.rename(reshape(product, List.of(pairs, one), -1, 1), output);
  }

  private String ofPairs(String both, Dimension pairs, long which) {
    String index = constant("head.which", Tensor.vector(which));
    List<Dimension> dims = List.of(pairs, Dimension.of(1), width);
    return node("Gather", Attributes.NONE.with("axis", 1L), dims, both, index);
  }

  /** Writes behind a projection of what is pooled. */
  HeadWriter ofWidth(long other) {
    Shape projected = states.with(states.rank() - 1, Dimension.of(other));
    return new HeadWriter(graph, TensorType.of(elementType, projected));
  }

  private static Attributes unit(long axis) {
    return Attributes.NONE.with("axis", axis).with("p", 2L);
  }

  private void logits(String opType, List<Dimension> dims, String x, String y) {
    graph.add(
        Node.ONNX,
        opType,
        Attributes.NONE,
        List.of(x, y),
        Map.of(LOGITS, TensorType.of(elementType, new Shape(dims))));
  }

  private List<Dimension> rows(boolean eachToken, long columns) {
    Dimension last = Dimension.of(columns);
    return eachToken ? List.of(batch(), positions(), last) : List.of(batch(), last);
  }

  private Dimension batch() {
    return states.dimension(0);
  }

  private Dimension positions() {
    return states.dimension(1);
  }

  private List<Dimension> vectors() {
    return List.of(batch(), width);
  }

  private static long size(Dimension fixed) {
    return ((Dimension.Fixed) fixed).size();
  }

  private String reshape(String value, List<Dimension> dims, long... sizes) {
    return node(
        "Reshape", Attributes.NONE, dims, value, constant("head.shape", Tensor.vector(sizes)));
  }

  private String constant(String wish, Tensor tensor) {
    return graph.setInitializer(graph.freshName(wish), tensor).name();
  }

  private String node(
      String opType, Attributes attributes, List<Dimension> dims, String... inputs) {
    String output = graph.freshName("head." + opType);
    TensorType type = TensorType.of(elementType, new Shape(dims));
    graph.add(Node.ONNX, opType, attributes, List.of(inputs), Map.of(output, type));
    return output;
  }
}
