package org.tribuo.distill.graph.internal.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/**
 * Does without sequences where it is known what is in them: what SequenceAt takes out and
 * ConcatFromSequence joins are tensors that were put in, or pieces of one that was split.
 */
final class ResolveSequences implements Pass {
  @Override
  public void apply(Graph graph) {
    Ops op = Ops.on(graph);
    for (Node node : graph.topological()) {
      if (node.is("SequenceAt")) {
        elementAt(op, node).ifPresent(value -> graph.substitute(node, List.of(value)));
      } else if (node.is("ConcatFromSequence")) {
        elements(op, node.input(0))
            .map(all -> joined(op, new Operation(graph, node), all))
            .ifPresent(value -> graph.substitute(node, List.of(value)));
      }
    }
  }

  private static Optional<Value> elementAt(Ops op, Node node) {
    Optional<Tensor> position = op.graph().constant(node.input(1));
    return position.flatMap(
        at ->
            elements(op, node.input(0))
                .map(all -> all.get((int) Math.floorMod(at.toLongs()[0], (long) all.size()))));
  }

  private static Value joined(Ops op, Operation n, List<Value> all) {
    int axis = (int) n.attribute("axis", 0L);
    return n.flag("new_axis")
        ? op.concat(axis, all.stream().map(value -> op.unsqueeze(value, axis)).toList())
        : op.concat(axis, all);
  }

  /** The tensors in a sequence, if that is known. */
  private static Optional<List<Value>> elements(Ops op, String sequence) {
    Graph graph = op.graph();
    return graph
        .producer(sequence)
        .flatMap(
            node ->
                switch (node.opType()) {
                  case "SequenceEmpty" -> Optional.of(List.of());
                  case "SequenceConstruct" ->
                      Optional.of(node.inputs().stream().map(graph::value).toList());
                  case "SequenceInsert" -> inserted(op, node);
                  case "SplitToSequence" -> pieces(op, new Operation(graph, node));
                  case "Identity" -> elements(op, node.input(0));
                  default -> Optional.empty();
                });
  }

  private static Optional<List<Value>> inserted(Ops op, Node node) {
    Optional<Tensor> position = op.graph().constant(node.input(2));
    if (node.hasInput(2) && position.isEmpty()) {
      return Optional.empty();
    }
    return elements(op, node.input(0))
        .map(
            before -> {
              List<Value> all = new ArrayList<>(before);
              long at = position.map(p -> p.toLongs()[0]).orElse((long) before.size());
              all.add((int) (at < 0 ? at + before.size() : at), op.graph().value(node.input(1)));
              return all;
            });
  }

  /** Pieces of one size, of given sizes, or single slices. */
  private static Optional<List<Value>> pieces(Ops op, Operation n) {
    int axis = (int) n.attribute("axis", 0L);
    Optional<long[]> sizes = sizes(n, axis);
    return sizes.map(
        each -> {
          List<Value> pieces = op.split(n.x(), axis, each);
          boolean slices = !n.hasX(1) && n.attribute("keepdims", 1L) == 0;
          return slices ? pieces.stream().map(piece -> op.squeeze(piece, axis)).toList() : pieces;
        });
  }

  private static Optional<long[]> sizes(Operation n, int axis) {
    Optional<Tensor> split = n.constant(1);
    if (split.isPresent() && split.get().rank() == 1) {
      return split.map(Tensor::toLongs);
    }
    Optional<Dimension> extent = n.x().shape().map(s -> s.dimension(axis));
    if (!(extent.orElse(Dimension.unknown()) instanceof Dimension.Fixed known)
        || (n.hasX(1) && split.isEmpty())) {
      return Optional.empty();
    }
    long whole = known.size();
    long size = split.map(s -> s.toLongs()[0]).orElse(1L);
    long[] sizes = new long[(int) ((whole + size - 1) / size)];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.min(size, whole - i * size);
    }
    return Optional.of(sizes);
  }
}
