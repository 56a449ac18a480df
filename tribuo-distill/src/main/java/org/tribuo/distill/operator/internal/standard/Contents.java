package org.tribuo.distill.operator.internal.standard;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongBinaryOperator;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.Operator.ContentFunction;
import org.tribuo.distill.operator.SizedNode;

/**
 * The numbers in small tensors of integers that shapes are computed with, as far as they are known:
 * numbers are computed, symbolic sizes pass through where nothing changes them.
 */
final class Contents {
  private Contents() {}

  /** As a condition, every number but 0 is 1. */
  static Optional<List<Dimension>> cast(SizedNode n) {
    if (n.type(0).filter(type -> !type.elementType().isFloat()).isEmpty()) {
      return Optional.empty();
    }
    return n.outputType().filter(type -> type.elementType() == ElementType.BOOL).isPresent()
        ? elementwise(n, x -> truth(x.get(0), value -> value != 0))
        : n.contents(0);
  }

  static Optional<List<Dimension>> negated(SizedNode n) {
    return elementwise(n, x -> truth(x.get(0), value -> value == 0));
  }

  static Optional<List<Dimension>> difference(SizedNode n) {
    return elementwise(n, x -> difference(x.get(0), x.get(1)));
  }

  static Optional<List<Dimension>> quotient(SizedNode n) {
    return arithmetic(n, (a, b) -> b == 0 ? 0 : a / b, Integer.MIN_VALUE);
  }

  static Optional<List<Dimension>> equal(SizedNode n) {
    return elementwise(n, x -> equal(x.get(0), x.get(1)));
  }

  /** Of two conditions, of which one may decide. */
  static Optional<List<Dimension>> both(SizedNode n, long decisive) {
    return elementwise(n, x -> both(x.get(0), x.get(1), decisive));
  }

  static Optional<List<Dimension>> chosen(SizedNode n) {
    return elementwise(n, x -> chosen(x.get(0), x.get(1), x.get(2)));
  }

  static Optional<List<Dimension>> concatenated(SizedNode n) {
    List<Dimension> all = new ArrayList<>();
    for (int i = 0; i < n.inputs(); i++) {
      Optional<List<Dimension>> part = n.contents(i);
      if (part.isEmpty()) {
        return Optional.empty();
      }
      all.addAll(part.get());
    }
    return Optional.of(all);
  }

  static Optional<List<Dimension>> gathered(SizedNode n) {
    Optional<List<Dimension>> from = n.contents(0);
    Optional<long[]> indices = n.constant(1).filter(t -> t.rank() <= 1).map(Tensor::toLongs);
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

  static Optional<List<Dimension>> sliced(SizedNode n) {
    Optional<List<Dimension>> from = n.contents(0);
    Optional<long[]> start = n.constant(1).map(Tensor::toLongs);
    Optional<long[]> end = n.constant(2).map(Tensor::toLongs);
    boolean everyOne = !n.hasX(4) || n.constant(4).filter(t -> t.toLongs()[0] == 1).isPresent();
    if (from.isEmpty() || start.isEmpty() || end.isEmpty() || !everyOne) {
      return Optional.empty();
    }
    int size = from.get().size();
    int first = (int) clamp(start.get()[0], size);
    int last = (int) clamp(end.get()[0], size);
    return Optional.of(first < last ? from.get().subList(first, last) : List.of());
  }

  static Optional<List<Dimension>> filled(SizedNode n) {
    Optional<List<Dimension>> sizes = n.contents(0);
    Optional<Tensor> value = n.attributes().tensor("value");
    if (sizes.isEmpty()
        || sizes.get().size() != 1
        || !(sizes.get().get(0) instanceof Dimension.Fixed count)
        || count.size() > ContentFunction.LONGEST
        || value.isEmpty()
        || value.get().elementType().isFloat()) {
      return Optional.empty();
    }
    Dimension number = Dimension.of(value.get().toLongs()[0]);
    return Optional.of(Collections.nCopies((int) count.size(), number));
  }

  /** Numbers are computed; a symbol survives the neutral element. */
  static Optional<List<Dimension>> arithmetic(
      SizedNode n, LongBinaryOperator operator, long neutral) {
    return elementwise(
        n,
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

  private static Optional<List<Dimension>> elementwise(
      SizedNode n, Function<List<Dimension>, Dimension> operator) {
    List<List<Dimension>> inputs = new ArrayList<>();
    for (int i = 0; i < n.inputs(); i++) {
      Optional<List<Dimension>> numbers = n.contents(i);
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
                    operator.apply(inputs.stream().map(x -> x.get(x.size() == 1 ? 0 : i)).toList()))
            .toList());
  }

  private static Dimension truth(Dimension number, LongPredicate predicate) {
    return number instanceof Dimension.Fixed fixed
        ? Dimension.of(predicate.test(fixed.size()) ? 1 : 0)
        : Dimension.unknown();
  }

  private static long clamp(long index, int size) {
    return Math.max(0, Math.min(index < 0 ? index + size : index, size));
  }

  private static Dimension both(Dimension left, Dimension right, long decisive) {
    if (left.is(decisive) || right.is(decisive)) {
      return Dimension.of(decisive);
    }
    boolean known = left instanceof Dimension.Fixed && right instanceof Dimension.Fixed;
    return known ? Dimension.of(1 - decisive) : Dimension.unknown();
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
}
