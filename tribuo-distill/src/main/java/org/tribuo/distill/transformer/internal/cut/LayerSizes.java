package org.tribuo.distill.transformer.internal.cut;

import static java.util.Collections.disjoint;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.SizedNode;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Sizes that are read in layers that go, and used in those that stay: exporters count the tokens
 * where the first layer needs it, and hand the number on, as T5's do with its relative positions.
 * They are read of what these layers begin with instead, where that has the same sizes for certain,
 * so that nothing of a layer is computed for its sizes alone.
 */
final class LayerSizes {
  private final Graph student;
  private final Graph sized;

  private LayerSizes(Graph student, Graph sized) {
    this.student = student;
    this.sized = sized;
  }

  /**
   * Changes a graph of which layers were cut, in place.
   *
   * @param student without anything that its outputs do not need
   * @param whole the graph with all its layers
   */
  static void readElsewhere(Graph student, Graph whole) {
    Set<String> content = content(student, student.outputs(), Set.of());
    Set<String> gone = content(whole, whole.outputs(), Set.of());
    gone.removeAll(content);
    gone.removeAll(whole.inputs().keySet());
    Map<Node, Set<String>> readers = new LinkedHashMap<>();
    for (Node node : student.nodes()) {
      if (readsSizes(node)) {
        Set<String> behind = content(student, List.of(node.input(0)), content);
        if (!disjoint(behind, gone)) {
          behind.retainAll(content);
          readers.put(node, behind);
        }
      }
    }
    if (readers.isEmpty()) {
      return;
    }
    Graph sized = whole.copy();
    Normalization.apply(sized);
    KnownSizes.state(sized);
    readers.forEach(new LayerSizes(student, sized)::replace);
    student.removeUnused();
  }

  /**
   * The values of which some values need more than the sizes, these among them.
   *
   * @param upTo values whose own needs are not looked at
   */
  private static Set<String> content(Graph graph, Collection<String> values, Set<String> upTo) {
    Set<String> content = new LinkedHashSet<>(values);
    Deque<String> waiting = new ArrayDeque<>(content);
    while (!waiting.isEmpty()) {
      String value = waiting.remove();
      graph
          .producer(value)
          .filter(node -> !upTo.contains(value) && !readsSizes(node))
          .ifPresent(node -> node.reads().stream().filter(content::add).forEach(waiting::add));
    }
    return content;
  }

  private static boolean readsSizes(Node node) {
    return StandardOperators.has(node, Operator.Trait.READS_SIZES);
  }

  private void replace(Node reader, Set<String> sources) {
    SizedNode node = new SizedNode(sized, reader, value -> Optional.empty());
    Optional<List<Dimension>> read = StandardOperators.of(reader).contents(node);
    if (read.isPresent() && !read.get().isEmpty()) {
      // With operators that have one form in all opsets, as the graph keeps its own.
      Ops op = Ops.ofEachOpset(student);
      List<Value> sizes =
          read.get().stream().flatMap(size -> elsewhere(op, size, sources).stream()).toList();
      if (sizes.size() == read.get().size()) {
        student.substitute(reader, List.of(op.concat(0, sizes)));
      }
    }
  }

  /** One size: [1]. */
  private Optional<Value> elsewhere(Ops op, Dimension size, Set<String> sources) {
    if (size instanceof Dimension.Fixed fixed) {
      return Optional.of(op.longs(fixed.size()));
    }
    return sources.stream()
        .flatMap(source -> sized.type(source).map(type -> new Value(source, type)).stream())
        .filter(source -> size.isSymbolic() && dimensions(source).contains(size))
        .findFirst()
        .map(
            source -> op.gather(op.shapeOf(source), op.longs(dimensions(source).indexOf(size)), 0));
  }

  private static List<Dimension> dimensions(Value value) {
    return value.shape().map(Shape::dimensions).orElse(List.of());
  }
}
