package org.tribuo.distill.graph.internal.pass;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Computes the products of float32 with a constant matrix in integers of 8 bits: dynamic
 * quantisation.
 *
 * <p>The matrix is rounded here, each column with a scale of its own: {@code w ≈ s·q}, with {@code
 * s = max |w| / 127} over the column. The other factor is rounded at each run by one scale and one
 * zero point for all of it, so that what is computed of a row depends, within that rounding, on the
 * rows beside it. Sums are exact, in 32 bits. ONNX Runtime fuses the operators that are written
 * here into one product.
 *
 * <p>What multiplies two computed values, as attention does, stays in float32, and so do lookups,
 * normalisations and activations. A matrix that is not finite stays too.
 */
public final class Int8Products {
  private static final int LARGEST = Byte.MAX_VALUE;

  private final Graph graph;
  private final Ops op;
  private final Map<WeightKey, Optional<Weight>> weights = new HashMap<>();
  private final Map<String, Activation> activations = new HashMap<>();

  private Int8Products(Graph graph) {
    this.graph = graph;
    this.op = Ops.on(graph);
  }

  /** A constant, and whether its transpose is the factor. */
  private record WeightKey(String name, boolean transposed) {}

  /**
   * A rounded matrix.
   *
   * @param integers [rows, columns] of INT8
   * @param scales one for each column
   */
  private record Weight(Value integers, float[] scales) {}

  /** A factor that is rounded when it is computed: UINT8, FLOAT, UINT8. */
  private record Activation(Value integers, Value scale, Value zero) {}

  /**
   * Changes a graph in place.
   *
   * @param graph normalised, with inferred types
   * @throws GraphException if it has quantised operators, or no product that could be replaced
   */
  public static void apply(Graph graph) {
    Int8Products pass = new Int8Products(graph);
    int replaced = 0;
    for (Node node : graph.topological()) {
      if (StandardOperators.has(node, Operator.Trait.QUANTIZED)) {
        throw new GraphException(
            "%s: the model is quantised already; run it in the precision FLOAT32, in which it computes as it is"
                .formatted(node));
      }
      replaced += pass.replace(node) ? 1 : 0;
    }
    if (replaced == 0) {
      throw new GraphException(
          "No product of float32 has a constant matrix, so that none can be computed in 8 bits; run the model in the precision FLOAT32");
    }
    graph.removeUnused();
  }

  private boolean replace(Node node) {
    boolean candidate =
        StandardOperators.has(node, Operator.Trait.MATRIX_PRODUCT)
            && isFloat(node.input(0))
            && node.attributes().get("transA", 0L) == 0
            && node.attributes().get("transBatchA", 0L) == 0;
    if (!candidate) {
      return false;
    }
    Optional<Weight> weight = weight(node);
    weight.ifPresent(w -> graph.substitute(node, List.of(product(node, w))));
    return weight.isPresent();
  }

  private boolean isFloat(String value) {
    return graph
        .type(value)
        .filter(type -> type.elementType() == ElementType.FLOAT && type.shape().isPresent())
        .isPresent();
  }

  private Optional<Weight> weight(Node node) {
    WeightKey key = new WeightKey(node.input(1), node.attributes().get("transB", 0L) != 0);
    Optional<Weight> known = weights.get(key);
    if (known != null) {
      return known;
    }
    Optional<Weight> weight =
        graph
            .constant(key.name)
            .filter(matrix -> matrix.elementType() == ElementType.FLOAT && matrix.rank() == 2)
            .filter(matrix -> matrix.elements() > 0)
            .flatMap(matrix -> rounded(key, matrix));
    weights.put(key, weight);
    return weight;
  }

  /** Empty if the matrix is not finite. */
  private Optional<Weight> rounded(WeightKey key, Tensor matrix) {
    int rows = Math.toIntExact(matrix.dim(key.transposed ? 1 : 0));
    int columns = Math.toIntExact(matrix.dim(key.transposed ? 0 : 1));
    int rowStep = key.transposed ? 1 : columns;
    int columnStep = key.transposed ? rows : 1;
    float[] values = matrix.toFloats();
    float[] scales = new float[columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        float size = Math.abs(values[row * rowStep + column * columnStep]);
        if (!Float.isFinite(size)) {
          return Optional.empty();
        }
        scales[column] = Math.max(scales[column], size);
      }
    }
    for (int column = 0; column < columns; column++) {
      scales[column] = scale(scales[column]);
    }
    ByteBuffer integers = ByteBuffer.allocate(values.length);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        float value = values[row * rowStep + column * columnStep];
        integers.put((byte) Math.rint((double) value / scales[column]));
      }
    }
    String name = graph.freshName(key.name + "_int8");
    Tensor tensor = Tensor.of(ElementType.INT8, new long[] {rows, columns}, integers.flip());
    return Optional.of(new Weight(graph.setInitializer(name, tensor), scales));
  }

  /** Of a column of zeros, or of numbers too small to be divided by 127, any scale is right. */
  private static float scale(float largest) {
    float scale = largest / LARGEST;
    return scale < Float.MIN_NORMAL ? 1 : scale;
  }

  /** α·x·w, and of a Gemm plus β·c. */
  private Value product(Node node, Weight weight) {
    Activation x = activations.computeIfAbsent(node.input(0), this::rounded);
    Optional<Shape> shape = graph.type(node.output()).flatMap(TensorType::shape);
    Value sums =
        op.one(
            "MatMulInteger",
            new TensorType(ElementType.INT32, shape),
            x.integers,
            weight.integers,
            x.zero);
    float[] scales = weight.scales.clone();
    float alpha = node.attributes().get("alpha", 1f);
    for (int i = 0; i < scales.length; i++) {
      scales[i] *= alpha;
    }
    Value scale = op.mul(x.scale, op.constant(Tensor.of(scales, scales.length)));
    Value product = op.mul(op.cast(sums, ElementType.FLOAT), scale);
    if (!node.hasInput(2)) {
      return product;
    }
    float beta = node.attributes().get("beta", 1f);
    Value summand = graph.value(node.input(2));
    return op.add(product, beta == 1 ? summand : op.mul(summand, beta));
  }

  private Activation rounded(String x) {
    List<Value> outputs =
        op.call(
            Node.ONNX,
            "DynamicQuantizeLinear",
            Attributes.NONE,
            List.of(graph.value(x)),
            new TensorType(ElementType.UINT8, graph.value(x).shape()),
            TensorType.of(ElementType.FLOAT),
            TensorType.of(ElementType.UINT8));
    return new Activation(outputs.get(0), outputs.get(1), outputs.get(2));
  }
}
