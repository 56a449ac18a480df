package org.tribuo.distill.loss;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.GraphException;

/** Which layer of the student is compared with which one of the teacher. */
public sealed interface LayerMap {
  /**
   * The pairs for a student and a teacher, in the order of the student's layers.
   *
   * @throws GraphException if a layer does not exist, the student has more layers than the teacher
   *     ({@link Pairs} aside), or no pair is left
   */
  List<LayerPair> of(int studentLayers, int teacherLayers);

  /**
   * Spread evenly, last with last: layer i of M with layer ⌊i·L/M⌋ of L, as TinyBERT has it where M
   * divides L.
   */
  record Uniform() implements LayerMap {
    @Override
    public List<LayerPair> of(int studentLayers, int teacherLayers) {
      requireDeeper(this, studentLayers, teacherLayers);
      return each(studentLayers, i -> i * teacherLayers / studentLayers);
    }
  }

  /** As {@link Uniform} without the last layers, which the soft loss reaches: PKD-Skip. */
  record Skip() implements LayerMap {
    @Override
    public List<LayerPair> of(int studentLayers, int teacherLayers) {
      requireDeeper(this, studentLayers, teacherLayers);
      if (studentLayers == 1) {
        throw new GraphException(
            "%s leaves out the last layer, and the student has no other: use LayerMap.uniform()"
                .formatted(this));
      }
      return each(studentLayers - 1, i -> i * teacherLayers / studentLayers);
    }
  }

  /**
   * The student's layers with as many last ones of the teacher: layer i of M with layer L-M+i of L.
   * PKD-Last leaves out the last pair; {@link Pairs} can.
   */
  record Last() implements LayerMap {
    @Override
    public List<LayerPair> of(int studentLayers, int teacherLayers) {
      requireDeeper(this, studentLayers, teacherLayers);
      return each(studentLayers, i -> teacherLayers - studentLayers + i);
    }
  }

  /** Pairs that somebody chose, at least one. */
  record Pairs(List<LayerPair> list) implements LayerMap {
    public Pairs {
      list = List.copyOf(list);
      if (list.isEmpty()) {
        throw new IllegalArgumentException("A layer map without pairs compares nothing");
      }
    }

    @Override
    public List<LayerPair> of(int studentLayers, int teacherLayers) {
      return list.stream().map(pair -> pair.in(studentLayers, teacherLayers)).toList();
    }
  }

  /** See {@link Uniform}. */
  static LayerMap uniform() {
    return new Uniform();
  }

  /** See {@link Skip}. */
  static LayerMap skip() {
    return new Skip();
  }

  /** See {@link Last}. */
  static LayerMap last() {
    return new Last();
  }

  /** See {@link Pairs}. */
  static LayerMap pairs(LayerPair... pairs) {
    return new Pairs(List.of(pairs));
  }

  private static List<LayerPair> each(int layers, IntUnaryOperator teacherLayer) {
    return IntStream.rangeClosed(1, layers)
        .mapToObj(i -> new LayerPair(i, teacherLayer.applyAsInt(i)))
        .toList();
  }

  private static void requireDeeper(LayerMap map, int studentLayers, int teacherLayers) {
    if (studentLayers > teacherLayers) {
      throw new GraphException(
          ("%s gives each layer of the student one of the teacher, but the student has %d and the"
                  + " teacher %d: name the pairs with LayerMap.pairs")
              .formatted(map, studentLayers, teacherLayers));
    }
  }
}
