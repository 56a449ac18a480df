package org.tribuo.distill.transformer.internal.cut;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;

/**
 * The channels of a graph: positions along axes of fixed size that only exist together. Where a
 * product has a column for a head, its bias an element, and the next product a row, these are one
 * channel; it can be taken out of all of them, or of none.
 *
 * <p>Of an axis whose size is a multiple of something known at run time, as [4·batch, positions,
 * size] has, the channels are its factor's.
 *
 * <p>Positions are joined pair by pair (union by the smaller number, with halved paths). A channel
 * may be fixed: something depends on its place, or on how many there are.
 */
final class Channels {
  /** An axis of a value, counted from 0. */
  record Axis(String value, int axis) {}

  private final Graph graph;
  private final Map<Axis, Integer> starts = new HashMap<>();
  private int[] parents = new int[1024];
  private int size;
  private final Map<Integer, String> fixed = new HashMap<>();
  private final BitSet ofHeads = new BitSet();

  Channels(Graph graph) {
    this.graph = graph;
  }

  /** How many channels an axis has; 1 for those that are known at run time. */
  int count(Axis axis) {
    return isInteger(axis.value())
        ? 1
        : shape(axis.value()).map(shape -> count(shape.dimension(axis.axis()))).orElse(1);
  }

  /** Whole numbers are sizes and places, and have no channels. */
  private boolean isInteger(String value) {
    return isInteger(graph, value);
  }

  static boolean isInteger(Graph graph, String value) {
    return graph
        .type(value)
        .map(TensorType::elementType)
        .filter(type -> !type.isFloat() && type != ElementType.BOOL)
        .isPresent();
  }

  static int count(Dimension dimension) {
    if (dimension instanceof Dimension.Fixed fixedSize) {
      return Math.max(1, Math.toIntExact(fixedSize.size()));
    }
    return dimension instanceof Dimension.Product product ? Math.toIntExact(product.factor()) : 1;
  }

  Optional<Shape> shape(String value) {
    return graph.type(value).flatMap(TensorType::shape);
  }

  /** The axes of a value; none where its shape is not known. */
  List<Axis> axes(String value) {
    List<Axis> axes = new ArrayList<>();
    int rank = shape(value).map(Shape::rank).orElse(0);
    for (int axis = 0; axis < rank; axis++) {
      axes.add(new Axis(value, axis));
    }
    return axes;
  }

  /** The channel at a position of an axis: a number that all positions of it share. */
  int at(Axis axis, int position) {
    return root(start(axis) + position);
  }

  /** The channels of an axis, position by position. */
  List<Integer> of(Axis axis) {
    List<Integer> channels = new ArrayList<>();
    for (int i = 0; i < count(axis); i++) {
      channels.add(at(axis, i));
    }
    return channels;
  }

  /** The different channels of an axis, in the order of its positions. */
  Set<Integer> unitsOf(Axis axis) {
    return new LinkedHashSet<>(of(axis));
  }

  /** All axes of which some position is known to be joined to another, or fixed. */
  Set<Axis> known() {
    return starts.keySet();
  }

  /** Joins all positions of two axes of equal size. */
  void join(Axis one, Axis other) {
    if (isInteger(one.value()) || isInteger(other.value())) {
      return;
    }
    if (count(one) == count(other)) {
      for (int i = 0; i < count(one); i++) {
        join(one, i, other, i);
      }
    } else {
      String reason = "'%s' and '%s' differ in size".formatted(one.value(), other.value());
      fix(one, reason);
      fix(other, reason);
    }
  }

  void join(Axis one, int position, Axis other, int otherPosition) {
    int a = at(one, position);
    int b = at(other, otherPosition);
    int root = Math.min(a, b);
    parents[Math.max(a, b)] = root;
    String reason = fixed.getOrDefault(a, fixed.get(b));
    if (reason != null) {
      fixed.put(root, reason);
    }
    if (ofHeads.get(a) || ofHeads.get(b)) {
      ofHeads.set(root);
    }
  }

  /**
   * Nothing can be taken out along this axis.
   *
   * @param reason for messages, as the end of a sentence
   */
  void fix(Axis axis, String reason) {
    if (count(axis) > 1) {
      of(axis).forEach(channel -> fixed.putIfAbsent(channel, reason));
    }
  }

  /** Why a channel cannot be taken out, if it cannot. */
  Optional<String> whyFixed(int channel) {
    return Optional.ofNullable(fixed.get(root(channel)));
  }

  /** The positions along this axis are heads of an attention. */
  void markHeads(Axis axis) {
    of(axis).forEach(ofHeads::set);
  }

  boolean isOfHeads(Axis axis) {
    return count(axis) > 1 && of(axis).stream().allMatch(ofHeads::get);
  }

  private int start(Axis axis) {
    return starts.computeIfAbsent(
        axis,
        key -> {
          int start = size;
          size = Math.addExact(size, count(key));
          if (size > parents.length) {
            parents = Arrays.copyOf(parents, Math.max(size, parents.length * 2));
          }
          for (int i = start; i < size; i++) {
            parents[i] = i;
          }
          return start;
        });
  }

  private int root(int position) {
    int current = position;
    while (parents[current] != current) {
      parents[current] = parents[parents[current]];
      current = parents[current];
    }
    return current;
  }
}
