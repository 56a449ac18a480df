package org.tribuo.distill.graph.internal.pass;

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
 * normalisations and activations, and what multiplies two constants, which ONNX Runtime computes
 * once. A matrix that is not finite stays too.
 */
public final class Int8Products {
  private final Graph graph;
  private final Ops op;
  private final Int8Matrices matrices;
  private final Map<String, Value> transposes = new HashMap<>();
  private final Map<String, Activation> activations = new HashMap<>();

  private Int8Products(Graph graph, Int8Matrices matrices) {
    this.graph = graph;
    this.op = Ops.on(graph);
    this.matrices = matrices;
  }

  /**
   * The factor of a product.
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
    apply(graph, new Int8Matrices(graph));
    graph.removeUnused();
  }

  /** As {@link #apply(Graph)}, but what is not used any more stays. */
  static void apply(Graph graph, Int8Matrices matrices) {
    Int8Products pass = new Int8Products(graph, matrices);
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
  }

  private boolean replace(Node node) {
    boolean candidate =
        StandardOperators.has(node, Operator.Trait.MATRIX_PRODUCT)
            && isFloat(node.input(0))
            && graph.constant(node.input(0)).isEmpty()
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

  /** The matrix of a product; where its transpose is the factor, its rows are the columns. */
  private Optional<Weight> weight(Node node) {
    boolean transposed = node.attributes().get("transB", 0L) != 0;
    Optional<String> turned = transposedMatrix(node.input(1));
    String name = turned.orElseGet(() -> node.input(1));
    int axis = transposed == turned.isPresent() ? 1 : 0;
    return matrices
        .of(name, axis)
        .map(
            matrix ->
                new Weight(
                    axis == 1
                        ? matrix.integers()
                        : transposes.computeIfAbsent(
                            name, key -> op.transpose(matrix.integers(), 1, 0)),
                    matrix.scales()));
  }

  /** The matrix that a value is the transpose of. */
  private Optional<String> transposedMatrix(String value) {
    return graph
        .producer(value)
        .filter(node -> node.is("Transpose"))
        .map(node -> node.input(0))
        .filter(matrix -> graph.constant(matrix).filter(tensor -> tensor.rank() == 2).isPresent());
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
