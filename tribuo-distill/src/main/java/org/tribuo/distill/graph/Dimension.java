package org.tribuo.distill.graph;

/** One dimension of a shape: a number, a name that stands for a number, or nothing known. */
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

  /** Whether both are known to be the same number. */
  default boolean provablyEquals(Dimension other) {
    return !(this instanceof Unknown) && equals(other);
  }

  /** Whether this is the number {@code size}. */
  default boolean is(long size) {
    return this instanceof Fixed fixed && fixed.size() == size;
  }
}
