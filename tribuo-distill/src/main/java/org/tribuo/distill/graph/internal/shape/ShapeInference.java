package org.tribuo.distill.graph.internal.shape;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.GraphWork;
import org.tribuo.distill.graph.internal.TypeInference;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.SizedNode;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Infers the element types and shapes of a graph's values, symbolic sizes included.
 *
 * <p><b>Why.</b> Exporters compute shapes inside the graph: the sizes of a Reshape come from Shape,
 * Gather, Unsqueeze and Concat. ONNX Runtime gives up there, and with the rank of a value the
 * gradient of what reads it is lost. So the operators that shapes pass through are interpreted, on
 * symbols as on numbers.
 *
 * <p><b>Structure.</b> Of each value two things are kept: its type ({@link TensorType}), in the
 * graph; and, if it is a scalar or vector of at most 64 integers, the numbers in it, each a {@link
 * Dimension} ({@link SymbolicContents}). A dimension is a number, a symbol, a product of symbols,
 * or unknown. Two are equal only if that is proved: equal numbers, equal symbols, the same factors.
 * How an operator maps shapes to shapes, and numbers to numbers, is stated in its entry ({@link
 * Operator#shapes}, {@link Operator#contents}).
 *
 * <p><b>Steps.</b>
 *
 * <ol>
 *   <li>ONNX Runtime infers all types once ({@link TypeInference}). Element types are taken from it
 *       alone.
 *   <li>The nodes are visited in topological order. A node's shape function is given the shapes of
 *       its inputs and the numbers in them.
 *   <li>Both shapes of an output are merged, dimension by dimension: our own, unless it is unknown
 *       or ONNX Runtime has a number. Where the ranks differ, our own is taken; where our own is
 *       not known, ONNX Runtime's. Symbols in it that are names of products are those products
 *       again ({@link ProductNames}), as models hold names only.
 *   <li>The numbers in the output are computed, for whatever reads them.
 * </ol>
 *
 * <p><b>Cost.</b> One session of ONNX Runtime that is opened and not run, on a copy of the graph
 * without the data of its weights; then one visit a node, in time proportional to its inputs and
 * axes. The session is nearly all of it. {@link #of} pays for it once where a pass changes nodes
 * one by one and {@linkplain #visit visits} those that it writes.
 *
 * <p><b>Limits.</b> Bodies of If, Loop and Scan are not entered; what they return is known as far
 * as ONNX Runtime knows it. Sums of symbols are unknown, as are quotients that do not divide a
 * product. A symbol stands for one size throughout a graph, 0 and 1 included, so a symbol is never
 * taken for different from a number that is not negative. Where a fixed axis is cut from 0 to a
 * symbolic end, that end is believed to lie within the axis.
 */
public final class ShapeInference {
  private final Graph graph;
  private final Map<String, TensorType> runtime;
  private final SymbolicContents contents;
  private final ProductNames products;

  private ShapeInference(Graph graph, Map<String, TensorType> runtime) {
    this.graph = graph;
    this.runtime = runtime;
    this.contents = new SymbolicContents(graph);
    this.products = ProductNames.of(graph);
  }

  /**
   * Sets the types of all values that nodes make, as far as they can be known.
   *
   * @throws GraphException if ONNX Runtime refuses the graph; the message says which node it names
   */
  public static void infer(Graph graph) {
    graph.named(
        () -> {
          ShapeInference inference = of(graph);
          graph.topological().forEach(inference::visit);
        });
  }

  /**
   * As {@link #infer}, where each value had its type already before some nodes were replaced by
   * others whose types are known: ONNX Runtime infers them only if a size is then unknown.
   *
   * @throws GraphException as above
   */
  public static void refresh(Graph graph) {
    Optional<Map<String, TensorType>> known = typesOfNodes(graph);
    if (known.isPresent()) {
      ShapeInference inference = new ShapeInference(graph, known.get());
      graph.topological().forEach(inference::visit);
    }
    if (known.isEmpty()
        || !typesOfNodes(graph).orElseThrow().values().stream().allMatch(ShapeInference::isWhole)) {
      infer(graph);
    }
  }

  /** The types of all values that nodes make; empty if one is not known. */
  private static Optional<Map<String, TensorType>> typesOfNodes(Graph graph) {
    Map<String, TensorType> types = new HashMap<>();
    for (Node node : graph.nodes()) {
      for (String output : node.outputs()) {
        Optional<TensorType> type = output.isEmpty() ? Optional.empty() : graph.type(output);
        if (type.isPresent()) {
          types.put(output, type.get());
        } else if (!output.isEmpty()) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(types);
  }

  private static boolean isWhole(TensorType type) {
    return type.shape()
        .filter(shape -> shape.dimensions().stream().noneMatch(Dimension.Unknown.class::isInstance))
        .isPresent();
  }

  /**
   * An inference that goes along while a graph is changed: each node is to be visited after those
   * that it reads from, new ones too.
   *
   * @throws GraphException as above
   */
  public static ShapeInference of(Graph graph) {
    GraphWork work = GraphWork.started(GraphWork.Kind.INFER_TYPES, graph.file());
    try {
      return new ShapeInference(graph, TypeInference.onClassPath().infer(graph));
    } finally {
      work.commit();
    }
  }

  /**
   * The number in a whole scalar, 0 or 1 for a condition, if constants and sizes decide it.
   *
   * @param graph with inferred types
   */
  public static Optional<Long> number(Graph graph, String value) {
    SymbolicContents contents = new SymbolicContents(graph);
    for (Node node : graph.ancestors(Set.of(value))) {
      contents.visit(node, StandardOperators.of(node), new SizedNode(graph, node, contents::of));
    }
    return contents
        .of(value)
        .filter(numbers -> numbers.size() == 1 && numbers.get(0) instanceof Dimension.Fixed)
        .map(numbers -> ((Dimension.Fixed) numbers.get(0)).size());
  }

  /**
   * Sets the types of what a node makes; of a node that came later, its element types stay.
   *
   * @throws GraphException if the node's attributes do not fit its inputs
   */
  public void visit(Node node) {
    try {
      setTypes(node);
    } catch (IndexOutOfBoundsException | ArithmeticException | NegativeArraySizeException e) {
      throw new GraphException(
          "%s has attributes that do not fit its inputs %s: %s"
              .formatted(node, inputTypes(node), e.getMessage()),
          e);
    }
  }

  private List<String> inputTypes(Node node) {
    return node.inputs().stream()
        .map(name -> graph.type(name).map(TensorType::toString).orElse("of unknown type"))
        .toList();
  }

  private void setTypes(Node node) {
    SizedNode sized = new SizedNode(graph, node, contents::of);
    Operator operator = StandardOperators.of(node);
    List<Optional<Shape>> shapes = operator.shapes(sized);
    for (int i = 0; i < node.outputs().size(); i++) {
      String output = node.output(i);
      TensorType seen = runtime.getOrDefault(output, graph.type(output).orElse(null));
      if (seen != null) {
        Optional<Shape> own = i < shapes.size() ? shapes.get(i) : Optional.empty();
        Optional<Shape> known = merged(own, seen.shape().map(products::restored));
        TensorType type = new TensorType(seen.elementType(), known);
        products.remember(type);
        graph.setType(output, type);
      }
    }
    contents.visit(node, operator, sized);
  }

  /** What either knows; both describe the same value. */
  private static Optional<Shape> merged(Optional<Shape> own, Optional<Shape> seen) {
    if (own.isEmpty() || seen.isEmpty() || own.get().rank() != seen.get().rank()) {
      return own.or(() -> seen);
    }
    return Optional.of(
        new Shape(
            IntStream.range(0, own.get().rank())
                .mapToObj(i -> known(own.get().dimension(i), seen.get().dimension(i)))
                .toList()));
  }

  private static Dimension known(Dimension own, Dimension seen) {
    return own instanceof Dimension.Unknown || seen instanceof Dimension.Fixed ? seen : own;
  }
}
