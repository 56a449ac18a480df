package org.tribuo.distill.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One dimension of a shape: a number, a name that stands for a number, a product of both, or
 * nothing known.
 */
public sealed interface Dimension {
  /** A dimension known when the graph is made. */
  record Fixed(long size) implements Dimension {
    @Override
    public String toString() {
      return Long.toString(size);
    }
  }

  /**
   * A dimension known at run time. Two dimensions of one name are equal; two of different names may
   * still be equal, or one of them 1.
   */
  record Symbolic(String name) implements Dimension {
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * A multiple of a product of dimensions that are known at run time, such as the number of tokens
   * of a batch. Made by {@link Dimension#product}; equal for the same factors in any order.
   *
   * @param factor 1 or more
   * @param symbols sorted by name; at least one, and at least two if the factor is 1
   */
  record Product(long factor, List<Symbolic> symbols) implements Dimension {
    public Product {
      symbols = List.copyOf(symbols);
    }

    /** The name under which a file holds it, which is not read as a product again. */
    @Override
    public String toString() {
      String names = symbols.stream().map(Symbolic::name).collect(Collectors.joining("*"));
      return factor == 1 ? names : factor + "*" + names;
    }
  }

  /** Nothing is known, not even whether it equals another unknown one. */
  record Unknown() implements Dimension {
    @Override
    public String toString() {
      return "?";
    }
  }

  static Dimension of(long size) {
    return new Fixed(size);
  }

  static Dimension of(String name) {
    return new Symbolic(name);
  }

  /** A dimension of which nothing is known. */
  static Dimension unknown() {
    return new Unknown();
  }

  /**
   * The product of dimensions; unknown if one of them is.
   *
   * @throws ArithmeticException if the product of the numbers is no long
   */
  static Dimension product(List<Dimension> dimensions) {
    long factor = 1;
    List<Symbolic> symbols = new ArrayList<>();
    for (Dimension dimension : dimensions) {
      if (dimension instanceof Unknown) {
        return unknown();
      }
      factor = Math.multiplyExact(factor, dimension.factor());
      symbols.addAll(dimension.symbols());
    }
    return product(factor, symbols);
  }

  private static Dimension product(long factor, List<Symbolic> symbols) {
    if (symbols.isEmpty() || factor == 0) {
      return of(factor);
    }
    if (symbols.size() == 1 && factor == 1) {
      return symbols.get(0);
    }
    return new Product(
        factor, symbols.stream().sorted(Comparator.comparing(Symbolic::name)).toList());
  }

  /**
   * What is left of this dimension when others are divided out.
   *
   * @return unknown if it is not known that their product divides this dimension
   */
  default Dimension dividedBy(List<Dimension> others) {
    Dimension divisor = product(others);
    if (this instanceof Unknown || divisor instanceof Unknown || divisor.factor() == 0) {
      return unknown();
    }
    List<Symbolic> left = new ArrayList<>(symbols());
    boolean divides =
        divisor.symbols().stream().allMatch(left::remove) && factor() % divisor.factor() == 0;
    return divides ? product(factor() / divisor.factor(), left) : unknown();
  }

  /** The number by which the symbols' product is multiplied. */
  private long factor() {
    if (this instanceof Product product) {
      return product.factor;
    }
    return this instanceof Fixed fixed ? fixed.size : 1;
  }

  private List<Symbolic> symbols() {
    if (this instanceof Product product) {
      return product.symbols;
    }
    return this instanceof Symbolic symbol ? List.of(symbol) : List.of();
  }

  /** Whether it is known when the graph runs, as a symbol or as a product with symbols. */
  default boolean isSymbolic() {
    return this instanceof Symbolic || this instanceof Product;
  }

  /** The dimension of an element-wise operation along an axis of this dimension and of another. */
  default Dimension broadcast(Dimension other) {
    if (is(1) || provablyEquals(other)) {
      return other;
    }
    if (other.is(1) || this instanceof Fixed) {
      return this;
    }
    return other instanceof Fixed ? other : unknown();
  }

  /** Whether both are known to be the same number. */
  default boolean provablyEquals(Dimension other) {
    return !(this instanceof Unknown) && equals(other);
  }

  /** Whether this is the number {@code size}. */
  default boolean is(long size) {
    return this instanceof Fixed fixed && fixed.size() == size;
  }
}
