package org.tribuo.distill.graph.shape;

import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongBinaryOperator;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

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
    if (!node.domain().equals(Node.ONNX) || !isWhole(node.output())) {
      return Optional.empty();
    }
    return switch (node.opType()) {
      case "Shape" -> graph.type(node.input(0)).flatMap(TensorType::shape).map(s -> sizes(node, s));
      case "Cast" -> isWhole(node.input(0)) ? cast(node) : Optional.empty();
      case "Identity", "Unsqueeze", "Squeeze", "Reshape" -> of(node.input(0));
      case "Concat" -> concatenated(node);
      case "Gather" -> gathered(node);
      case "Slice" -> sliced(node);
      case "Add" -> arithmetic(node, Math::addExact, 0);
      case "Sub" -> elementwise(node, x -> difference(x.get(0), x.get(1)));
      case "Mul" -> arithmetic(node, Math::multiplyExact, 1);
      case "Div" -> arithmetic(node, (a, b) -> b == 0 ? 0 : a / b, Integer.MIN_VALUE);
      case "Equal" -> elementwise(node, x -> equal(x.get(0), x.get(1)));
      case "Not" -> elementwise(node, x -> truth(x.get(0), value -> value == 0));
      case "And" -> elementwise(node, x -> both(x.get(0), x.get(1), 0));
      case "Or" -> elementwise(node, x -> both(x.get(0), x.get(1), 1));
      case "Where" -> elementwise(node, x -> chosen(x.get(0), x.get(1), x.get(2)));
      case "ConstantOfShape" -> filled(node);
      default -> Optional.empty();
    };
  }

  /** As a condition, every number but 0 is 1. */
  private Optional<List<Dimension>> cast(Node node) {
    return graph.type(node.output()).orElseThrow().elementType() == ElementType.BOOL
        ? elementwise(node, x -> truth(x.get(0), value -> value != 0))
        : of(node.input(0));
  }

  private static Dimension truth(Dimension number, LongPredicate predicate) {
    return number instanceof Dimension.Fixed fixed
        ? Dimension.of(predicate.test(fixed.size()) ? 1 : 0)
        : Dimension.unknown();
  }

  /** Of two conditions, of which one may decide. */
  private static Dimension both(Dimension left, Dimension right, long decisive) {
    if (left.is(decisive) || right.is(decisive)) {
      return Dimension.of(decisive);
    }
    boolean known = left instanceof Dimension.Fixed && right instanceof Dimension.Fixed;
    return known ? Dimension.of(1 - decisive) : Dimension.unknown();
  }

  /** Quotients of floats have fractions, so that they are not followed. */
  private boolean isWhole(String value) {
    return graph.type(value).filter(type -> !type.elementType().isFloat()).isPresent();
  }

  static List<Dimension> sizes(Node node, Shape shape) {
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
    return elementwise(
        node,
        operands -> {
          Dimension left = operands.get(0);
          Dimension right = operands.get(1);
          if (left instanceof Dimension.Fixed l && right instanceof Dimension.Fixed r) {
            return Dimension.of(operator.applyAsLong(l.size(), r.size()));
          }
          if (left.is(neutral)) {
            return right;
          }
          return right.is(neutral) ? left : Dimension.unknown();
        });
  }

  private static Dimension difference(Dimension left, Dimension right) {
    if (left.provablyEquals(right)) {
      return Dimension.of(0);
    }
    if (left instanceof Dimension.Fixed l && right instanceof Dimension.Fixed r) {
      return Dimension.of(l.size() - r.size());
    }
    return right.is(0) ? left : Dimension.unknown();
  }

  /** 1 or 0, where it is known; a symbol stands for a size and so is not negative. */
  private static Dimension equal(Dimension left, Dimension right) {
    if (left.provablyEquals(right)) {
      return Dimension.of(1);
    }
    boolean different =
        left instanceof Dimension.Fixed l
            ? right instanceof Dimension.Fixed || isSizeBesides(right, l)
            : right instanceof Dimension.Fixed r && isSizeBesides(left, r);
    return different ? Dimension.of(0) : Dimension.unknown();
  }

  private static boolean isSizeBesides(Dimension dimension, Dimension.Fixed number) {
    return dimension.isSymbolic() && number.size() < 0;
  }

  private static Dimension chosen(Dimension condition, Dimension then, Dimension otherwise) {
    if (condition instanceof Dimension.Fixed known) {
      return known.size() != 0 ? then : otherwise;
    }
    return then.provablyEquals(otherwise) ? then : Dimension.unknown();
  }

  private Optional<List<Dimension>> elementwise(
      Node node, Function<List<Dimension>, Dimension> operator) {
    List<List<Dimension>> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      Optional<List<Dimension>> numbers = of(input);
      if (numbers.isEmpty()) {
        return Optional.empty();
      }
      inputs.add(numbers.get());
    }
    int size = inputs.stream().mapToInt(List::size).max().orElse(0);
    if (inputs.stream().anyMatch(numbers -> numbers.size() != 1 && numbers.size() != size)) {
      return Optional.empty();
    }
    return Optional.of(
        IntStream.range(0, size)
            .mapToObj(
                i ->
                    operator.apply(inputs.stream().map(n -> n.get(n.size() == 1 ? 0 : i)).toList()))
            .toList());
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
