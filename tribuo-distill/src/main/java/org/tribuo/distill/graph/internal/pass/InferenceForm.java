package org.tribuo.distill.graph.internal.pass;

import java.util.function.Supplier;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * The form in which ONNX Runtime computes a model's outputs: normalised, since it fuses operators
 * of a new opset into fewer and faster ones than those of an old export (7 % for a BERT of opset
 * 11), and without positions that no output needs.
 *
 * <p>A model that was fused already, or that normalisation does not understand, stays as it is; so
 * does one that was quantised: where rounding is as coarse, another form would say something else.
 */
public final class InferenceForm {
  private InferenceForm() {}

  /**
   * A model that computes what this one computes, up to rounding.
   *
   * @param normalized gives what {@link Normalization#apply} makes of the model, to be changed
   */
  public static OnnxModel of(OnnxModel model, Supplier<Graph> normalized) {
    if (Graph.of(model).nodes().stream().anyMatch(InferenceForm::staysAsItIs)) {
      return model;
    }
    try {
      return of(normalized.get());
    } catch (GraphException e) {
      return model;
    }
  }

  /**
   * A model that computes what a graph computes.
   *
   * @param normalized is changed
   */
  public static OnnxModel of(Graph normalized) {
    SinkSelection.apply(normalized);
    normalized.removeUnused();
    return normalized.toModel();
  }

  /** The same with the operators of {@link LibraryOperators}, where types can be inferred. */
  public static OnnxModel withLibraryOperators(OnnxModel form) {
    Graph graph = Graph.of(form);
    try {
      ShapeInference.infer(graph);
    } catch (GraphException e) {
      return form;
    }
    LibraryOperators.apply(graph, graph.outputs());
    return graph.toModel();
  }

  /**
   * A model that computes what a graph computes, with the products of {@link Int8Products}.
   *
   * @param normalized is changed; nothing in it is of half precision
   * @throws GraphException if it has quantised operators, or no product that could be replaced
   */
  public static OnnxModel withInt8Products(Graph normalized) {
    SinkSelection.apply(normalized);
    Int8Products.apply(normalized);
    return normalized.toModel();
  }

  /**
   * As {@link #withInt8Products}, and the tables of which rows are looked up are of integers too:
   * all matrices of the model, but those that are not finite.
   *
   * @param normalized is changed; nothing in it is of half precision
   * @throws GraphException as above
   */
  public static OnnxModel withInt8Weights(Graph normalized) {
    SinkSelection.apply(normalized);
    Int8Matrices matrices = new Int8Matrices(normalized);
    Int8Products.apply(normalized, matrices);
    Int8Lookups.apply(normalized, matrices);
    normalized.removeUnused();
    matrices.restore();
    normalized.removeUnused();
    return normalized.toModel();
  }

  private static boolean staysAsItIs(Node node) {
    return !node.domain().equals(Node.ONNX)
        || StandardOperators.has(node, Operator.Trait.QUANTIZED);
  }
}
