package org.tribuo.distill.graph.internal.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Value;

/** Sizes that are numbers, or can be read of a graph's inputs when it runs. */
final class InputSizes {
  private record Place(String input, int axis) {}

  /** Of each symbolic size an input that has it, and that is read anyway. */
  private final Map<Dimension, Place> places = new HashMap<>();

  private InputSizes() {}

  static InputSizes of(Graph graph) {
    InputSizes sizes = new InputSizes();
    graph
        .inputs()
        .forEach(
            (name, type) -> {
              if (!graph.consumers(name).isEmpty()) {
                type.shape().ifPresent(shape -> sizes.remember(name, shape));
              }
            });
    return sizes;
  }

  private void remember(String input, Shape shape) {
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dimension(axis).isSymbolic()) {
        places.putIfAbsent(shape.dimension(axis), new Place(input, axis));
      }
    }
  }

  boolean areKnown(List<Dimension> sizes) {
    return sizes.stream().allMatch(this::isKnown);
  }

  boolean isKnown(Dimension size) {
    return size instanceof Dimension.Fixed || places.containsKey(size);
  }

  /** Known sizes as an int64 vector. */
  Value vector(Ops op, List<Dimension> sizes) {
    if (sizes.stream().allMatch(Dimension.Fixed.class::isInstance)) {
      return op.longs(sizes.stream().mapToLong(size -> ((Dimension.Fixed) size).size()).toArray());
    }
    List<Value> parts = new ArrayList<>();
    for (Dimension size : sizes) {
      if (size instanceof Dimension.Fixed fixed) {
        parts.add(op.longs(fixed.size()));
      } else {
        Place place = Objects.requireNonNull(places.get(size), size::toString);
        parts.add(op.sizeOf(op.graph().value(place.input()), place.axis()));
      }
    }
    return op.concat(0, parts);
  }
}
