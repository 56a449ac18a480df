package org.tribuo.distill.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongBinaryOperator;

/**
 * The numbers in small integer tensors (scalars and vectors) as far as they are known, symbolic
 * sizes included: what shapes are computed with.
 */
final class SymbolicContents {
  private static final int LONGEST = 64;

  private final Graph graph;
  private final Map<String, List<Dimension>> byName = new HashMap<>();

  SymbolicContents(Graph graph) {
    this.graph = graph;
  }

  /** The numbers in a value, one for a scalar. A number that is not known is unknown. */
  Optional<List<Dimension>> of(String name) {
    List<Dimension> known = byName.get(name);
    if (known != null) {
      return Optional.of(known);
    }
    return graph
        .constant(name)
        .filter(t -> !t.elementType().isFloat() && t.rank() <= 1 && t.elements() <= LONGEST)
        .map(
            t -> {
              List<Dimension> numbers = new ArrayList<>();
              for (long number : t.toLongs()) {
                numbers.add(Dimension.of(number));
              }
              return numbers;
            });
  }

  /** Interprets a node whose inputs' types are known. */
  void visit(Node node) {
    result(node)
        .filter(numbers -> numbers.size() <= LONGEST)
        .ifPresent(numbers -> byName.put(node.output(), numbers));
  }

  private Optional<List<Dimension>> result(Node node) {
    if (!node.domain().equals(Node.ONNX)) {
      return Optional.empty();
    }
    return switch (node.opType()) {
      case "Shape" -> graph.type(node.input(0)).flatMap(TensorType::shape).map(s -> sizes(node, s));
      case "Identity", "Cast", "Unsqueeze", "Squeeze", "Reshape" -> of(node.input(0));
      case "Concat" -> concatenated(node);
      case "Gather" -> gathered(node);
      case "Slice" -> sliced(node);
      case "Add" -> arithmetic(node, Math::addExact, 0);
      case "Sub" -> arithmetic(node, Math::subtractExact, Integer.MIN_VALUE);
      case "Mul" -> arithmetic(node, Math::multiplyExact, 1);
      case "Div" -> arithmetic(node, (a, b) -> b == 0 ? 0 : a / b, Integer.MIN_VALUE);
      case "ConstantOfShape" -> filled(node);
      default -> Optional.empty();
    };
  }

  private static List<Dimension> sizes(Node node, Shape shape) {
    int rank = shape.rank();
    long start = node.attributes().get("start", 0L);
    long end = node.attributes().get("end", (long) rank);
    int from = (int) Math.max(0, start < 0 ? start + rank : start);
    int to = (int) Math.min(rank, end < 0 ? end + rank : end);
    return from < to ? shape.dimensions().subList(from, to) : List.of();
  }

  private Optional<List<Dimension>> concatenated(Node node) {
    List<Dimension> all = new ArrayList<>();
    for (String input : node.inputs()) {
      Optional<List<Dimension>> part = of(input);
      if (part.isEmpty()) {
        return Optional.empty();
      }
      all.addAll(part.get());
    }
    return Optional.of(all);
  }

  private Optional<List<Dimension>> gathered(Node node) {
    Optional<List<Dimension>> from = of(node.input(0));
    Optional<long[]> indices =
        graph.constant(node.input(1)).filter(t -> t.rank() <= 1).map(Tensor::toLongs);
    if (from.isEmpty() || indices.isEmpty()) {
      return Optional.empty();
    }
    List<Dimension> chosen = new ArrayList<>();
    for (long index : indices.get()) {
      long i = index < 0 ? index + from.get().size() : index;
      if (i < 0 || i >= from.get().size()) {
        return Optional.empty();
      }
      chosen.add(from.get().get((int) i));
    }
    return Optional.of(chosen);
  }

  private Optional<List<Dimension>> sliced(Node node) {
    Optional<List<Dimension>> from = of(node.input(0));
    Optional<long[]> start = graph.constant(node.input(1)).map(Tensor::toLongs);
    Optional<long[]> end = graph.constant(node.input(2)).map(Tensor::toLongs);
    boolean everyOne =
        !node.hasInput(4)
            || graph.constant(node.input(4)).filter(t -> t.toLongs()[0] == 1).isPresent();
    if (from.isEmpty() || start.isEmpty() || end.isEmpty() || !everyOne) {
      return Optional.empty();
    }
    int size = from.get().size();
    int first = (int) clamp(start.get()[0], size);
    int last = (int) clamp(end.get()[0], size);
    return Optional.of(first < last ? from.get().subList(first, last) : List.of());
  }

  private static long clamp(long index, int size) {
    return Math.max(0, Math.min(index < 0 ? index + size : index, size));
  }

  /** Numbers are computed; a symbol survives the neutral element. */
  private Optional<List<Dimension>> arithmetic(
      Node node, LongBinaryOperator operator, long neutral) {
    Optional<List<Dimension>> a = of(node.input(0));
    Optional<List<Dimension>> b = of(node.input(1));
    if (a.isEmpty() || b.isEmpty()) {
      return Optional.empty();
    }
    int size = Math.max(a.get().size(), b.get().size());
    if (!fits(a.get(), size) || !fits(b.get(), size)) {
      return Optional.empty();
    }
    List<Dimension> results = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Dimension left = a.get().get(a.get().size() == 1 ? 0 : i);
      Dimension right = b.get().get(b.get().size() == 1 ? 0 : i);
      if (left instanceof Dimension.Fixed l && right instanceof Dimension.Fixed r) {
        results.add(Dimension.of(operator.applyAsLong(l.size(), r.size())));
      } else if (left.is(neutral)) {
        results.add(right);
      } else {
        results.add(right.is(neutral) ? left : Dimension.UNKNOWN);
      }
    }
    return Optional.of(results);
  }

  private static boolean fits(List<Dimension> numbers, int size) {
    return numbers.size() == 1 || numbers.size() == size;
  }

  private Optional<List<Dimension>> filled(Node node) {
    Optional<List<Dimension>> sizes = of(node.input(0));
    Optional<Tensor> value = node.attributes().tensor("value");
    if (sizes.isEmpty()
        || sizes.get().size() != 1
        || !(sizes.get().get(0) instanceof Dimension.Fixed count)
        || count.size() > LONGEST
        || value.isEmpty()
        || value.get().elementType().isFloat()) {
      return Optional.empty();
    }
    Dimension number = Dimension.of(value.get().toLongs()[0]);
    return Optional.of(Collections.nCopies((int) count.size(), number));
  }
}
