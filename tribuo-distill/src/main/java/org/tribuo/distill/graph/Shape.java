package org.tribuo.distill.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The dimensions of a tensor whose rank is known; a scalar has none. */
public record Shape(List<Dimension> dimensions) {
  public static final Shape SCALAR = new Shape(List.of());

  public Shape {
    dimensions = List.copyOf(dimensions);
  }

  public static Shape of(long... sizes) {
    return new Shape(Arrays.stream(sizes).mapToObj(Dimension::of).toList());
  }

  public static Shape of(Dimension... dimensions) {
    return new Shape(List.of(dimensions));
  }

  /** A shape of which the rank alone is known. */
  public static Shape ofRank(int rank) {
    return new Shape(Collections.nCopies(rank, Dimension.unknown()));
  }

  public int rank() {
    return dimensions.size();
  }

  /** The dimension of an axis; a negative axis counts from the end. */
  public Dimension dimension(int axis) {
    return dimensions.get(axis < 0 ? axis + rank() : axis);
  }

  /** The same with another dimension of one axis, counted from 0. */
  public Shape with(int axis, Dimension dimension) {
    List<Dimension> changed = new ArrayList<>(dimensions);
    changed.set(axis, dimension);
    return new Shape(changed);
  }

  /** The sizes, if every dimension is fixed. */
  public Optional<long[]> fixed() {
    long[] sizes = new long[rank()];
    for (int i = 0; i < sizes.length; i++) {
      if (!(dimensions.get(i) instanceof Dimension.Fixed fixed)) {
        return Optional.empty();
      }
      sizes[i] = fixed.size();
    }
    return Optional.of(sizes);
  }

  /** Whether both have the same rank and provably equal dimensions. */
  public boolean provablyEquals(Shape other) {
    if (rank() != other.rank()) {
      return false;
    }
    for (int i = 0; i < rank(); i++) {
      if (!dimensions.get(i).provablyEquals(other.dimensions.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The shape of an element-wise operation on a value of this shape and on one of another. */
  public Shape broadcast(Shape other) {
    int rank = Math.max(rank(), other.rank());
    List<Dimension> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      dims.add(alongEnd(rank - i).broadcast(other.alongEnd(rank - i)));
    }
    return new Shape(dims);
  }

  /** The dimension so many axes from the end; 1 before the first axis. */
  private Dimension alongEnd(int fromEnd) {
    return fromEnd > rank() ? Dimension.of(1) : dimensions.get(rank() - fromEnd);
  }

  /**
   * The shape without some axes.
   *
   * @param keep whether they stay, with size 1
   * @param axes negative ones count from the end; none means all
   */
  public Shape reduced(boolean keep, long... axes) {
    List<Dimension> dims = new ArrayList<>();
    for (int i = 0; i < rank(); i++) {
      int axis = i;
      boolean gone =
          axes.length == 0 || Arrays.stream(axes).anyMatch(a -> (a < 0 ? a + rank() : a) == axis);
      if (!gone) {
        dims.add(dimensions.get(i));
      } else if (keep) {
        dims.add(Dimension.of(1));
      }
    }
    return new Shape(dims);
  }

  @Override
  public String toString() {
    return dimensions.stream().map(Object::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
