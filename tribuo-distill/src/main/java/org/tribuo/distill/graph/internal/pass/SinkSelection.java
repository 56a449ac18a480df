package org.tribuo.distill.graph.internal.pass;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator.AxisOrigins;
import org.tribuo.distill.operator.SizedNode;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Computes only those positions of a value that are read. A classifier reads the first token of the
 * last hidden state, so the last feed-forward network, the normalisations, the attention's output
 * and its queries are needed of that token alone; its keys and values are needed of all.
 *
 * <p>A selection of a few positions moves up, from behind an operator to the operator's inputs,
 * where the operator computes positions apart from each other ({@link AxisOrigins}), and as long as
 * nothing else reads what it computes. Where a value forks, as into a residual sum, the selection
 * stays on each branch. What is computed is the same up to rounding, by fewer steps; dropout draws
 * its random numbers for fewer places.
 */
public final class SinkSelection {
  private final Graph graph;
  private final Ops op;
  private final InputSizes sizes;

  private SinkSelection(Graph graph) {
    this.graph = graph;
    this.op = Ops.on(graph);
    this.sizes = InputSizes.of(graph);
  }

  /**
   * Changes a graph in place. Its inputs, outputs and initializers stay.
   *
   * @param graph normalised, with inferred types
   */
  public static void apply(Graph graph) {
    SinkSelection pass = new SinkSelection(graph);
    boolean moved;
    do {
      moved = false;
      List<Node> fromEnd = new ArrayList<>(graph.topological());
      Collections.reverse(fromEnd);
      for (Node node : fromEnd) {
        moved |= pass.move(node);
      }
    } while (moved);
  }

  /** Lets a node compute only what is selected of its output, if that is all that is read of it. */
  private boolean move(Node node) {
    if (!graph.nodes().contains(node) || !hasTypes(node)) {
      return false;
    }
    List<Node> shapes = new ArrayList<>();
    List<Node> selecting = new ArrayList<>();
    for (Node reader : graph.consumers(node.output())) {
      (reader.is("Shape") ? shapes : selecting).add(reader);
    }
    Optional<Selection> selection =
        common(node, selecting)
            .filter(found -> isOrdered(node, found))
            .filter(found -> shapes.stream().allMatch(shape -> sizes.areKnown(read(shape))));
    Optional<List<UnaryOperator<Value>>> changes =
        selection.flatMap(found -> changes(new Operation(graph, node), node, found));
    if (changes.isEmpty()) {
      return false;
    }
    shapes.forEach(shape -> graph.substitute(shape, List.of(sizes.vector(op, read(shape)))));
    Value selected = selected(node, selection.get(), changes.get());
    for (Node reader : selecting) {
      Value shared = selecting.size() == 1 ? selected : op.identity(selected);
      Value result =
          Selection.dropsAxis(graph, reader) ? op.squeeze(shared, selection.get().axis()) : shared;
      graph.substitute(reader, List.of(result));
      graph.setType(reader.output(), result.type());
    }
    remove(node);
    return true;
  }

  /** Removes a node that has no consumer, and what is computed for it alone. */
  private void remove(Node node) {
    graph.remove(node);
    node.reads().stream()
        .flatMap(input -> graph.producer(input).stream())
        .distinct()
        .filter(this::isUnread)
        .forEach(this::remove);
  }

  private boolean isUnread(Node node) {
    return node.outputs().stream()
        .allMatch(output -> graph.consumers(output).isEmpty() && !graph.isOutput(output));
  }

  private boolean hasTypes(Node node) {
    boolean inputs = node.inputs().stream().allMatch(x -> x.isEmpty() || graph.type(x).isPresent());
    return inputs
        && graph
            .type(node.output())
            .filter(type -> type.shape().isPresent() && isContent(type.elementType()))
            .isPresent();
  }

  /** Whole numbers are sizes mostly. */
  private static boolean isContent(ElementType type) {
    return type.isFloat() || type == ElementType.BOOL;
  }

  /** What all readers of a node's only output select of it, if it is the same. */
  private Optional<Selection> common(Node node, List<Node> readers) {
    boolean otherwiseRead =
        node.outputs().stream()
            .anyMatch(
                output ->
                    graph.isOutput(output)
                        || (!output.equals(node.output()) && !graph.consumers(output).isEmpty()));
    if (otherwiseRead) {
      return Optional.empty();
    }
    Set<Optional<Selection>> selections = new HashSet<>();
    readers.forEach(
        reader ->
            selections.add(
                reader.input(0).equals(node.output())
                    ? Selection.of(graph, reader)
                    : Optional.empty()));
    return selections.size() == 1 ? selections.iterator().next() : Optional.empty();
  }

  /**
   * Of two selections the one of the earlier axis comes first, so that they do not overtake each
   * other.
   */
  private boolean isOrdered(Node node, Selection selection) {
    Optional<Selection> own = Selection.of(graph, node);
    return own.isEmpty() || selection.axis() < own.get().axis();
  }

  private List<Dimension> read(Node shapeNode) {
    SizedNode sized = new SizedNode(graph, shapeNode, value -> Optional.empty());
    return StandardOperators.of(shapeNode).contents(sized).orElseThrow();
  }

  /** What becomes of the first inputs if only some positions of the output are wanted. */
  private Optional<List<UnaryOperator<Value>>> changes(
      Operation n, Node node, Selection selection) {
    Optional<List<OptionalInt>> origins = StandardOperators.of(node).origins(n, selection.axis());
    if (origins.isPresent() && node.is("Reshape")) {
      int axis = origins.get().get(0).orElseThrow();
      return sizesOfReshape(n, axis, selection)
          .map(to -> List.of(x -> selection.on(axis).of(op, x), old -> sizes.vector(op, to)));
    }
    return origins.map(all -> all.stream().map(axis -> selecting(selection, axis)).toList());
  }

  private UnaryOperator<Value> selecting(Selection selection, OptionalInt axis) {
    return axis.isPresent()
        ? x -> selection.on(axis.getAsInt()).of(op, x)
        : UnaryOperator.identity();
  }

  /**
   * The sizes of a Reshape behind a selection: as numbers, with 0 for a size of the input and -1
   * for whatever is left, or read of the graph's inputs.
   *
   * @param axis of the input, to which the selection moves
   */
  private Optional<List<Dimension>> sizesOfReshape(Operation n, int axis, Selection selection) {
    Shape x = n.x().shape().orElseThrow().with(axis, Dimension.unknown());
    Shape y =
        n.y()
            .shape()
            .orElseThrow()
            .with(selection.axis(), Dimension.of(selection.positions().size()));
    List<Dimension> to = new ArrayList<>();
    for (int i = 0; i < y.rank(); i++) {
      Dimension size = y.dimension(i);
      boolean copied =
          !n.flag("allowzero")
              && i < x.rank()
              && x.dimension(i).provablyEquals(size)
              && !(size instanceof Dimension.Fixed);
      to.add(copied ? Dimension.of(0) : sizes.isKnown(size) ? size : Dimension.of(-1));
    }
    long free = to.stream().filter(size -> size.is(-1)).count();
    return free <= 1 ? Optional.of(to) : Optional.empty();
  }

  private Value selected(Node node, Selection selection, List<UnaryOperator<Value>> changes) {
    List<Value> inputs = new ArrayList<>();
    List<Value> old = new Operation(graph, node).xs();
    for (int i = 0; i < old.size(); i++) {
      inputs.add(i < changes.size() ? changes.get(i).apply(old.get(i)) : old.get(i));
    }
    TensorType type = selection.of(graph.value(node.output()).type());
    return op.call(node.domain(), node.opType(), node.attributes(), inputs, type).get(0);
  }
}
