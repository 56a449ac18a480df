package org.tribuo.distill.graph.internal.pass;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/**
 * The constant matrices of a graph in integers of 8 bits, each row or each column with a scale of
 * its own: {@code w ≈ s·q}, with {@code s = max |w| / 127}. A matrix that is read in several places
 * is rounded once.
 */
final class Int8Matrices {
  private static final int LARGEST = Byte.MAX_VALUE;

  private final Graph graph;
  private final Map<Key, Optional<Rounded>> known = new LinkedHashMap<>();

  Int8Matrices(Graph graph) {
    this.graph = graph;
  }

  private record Key(String name, int axis) {}

  /**
   * A rounded matrix.
   *
   * @param integers INT8, of the matrix's shape
   * @param scales one for each row or column
   */
  record Rounded(Value integers, float[] scales) {}

  /**
   * A matrix, rounded.
   *
   * @param axis that has the scales: 0 for one each row, 1 for one each column
   * @return empty if it is no constant matrix of float32, has no elements, or is not finite
   */
  Optional<Rounded> of(String name, int axis) {
    Key key = new Key(name, axis);
    Optional<Rounded> rounded = known.get(key);
    if (rounded == null) {
      rounded =
          graph
              .constant(name)
              .filter(matrix -> matrix.elementType() == ElementType.FLOAT && matrix.rank() == 2)
              .filter(matrix -> matrix.elements() > 0)
              .flatMap(matrix -> rounded(key, matrix));
      known.put(key, rounded);
    }
    return rounded;
  }

  /**
   * Lets whatever still reads a matrix in floats that was rounded read floats made of its integers,
   * so that it is held once.
   */
  void restore() {
    known.forEach((key, rounded) -> rounded.ifPresent(matrix -> restore(key, matrix)));
  }

  private void restore(Key key, Rounded matrix) {
    if (graph.consumers(key.name).isEmpty()) {
      return;
    }
    Ops op = Ops.on(graph);
    int count = matrix.scales.length;
    Tensor scales =
        key.axis == 0 ? Tensor.of(matrix.scales, count, 1) : Tensor.of(matrix.scales, count);
    Value floats = op.mul(op.cast(matrix.integers, ElementType.FLOAT), op.constant(scales));
    graph.replaceUses(key.name, floats.name());
  }

  private Optional<Rounded> rounded(Key key, Tensor matrix) {
    int columns = Math.toIntExact(matrix.dim(1));
    float[] values = matrix.toFloats();
    float[] scales = new float[Math.toIntExact(matrix.dim(key.axis))];
    for (int i = 0; i < values.length; i++) {
      int place = key.axis == 0 ? i / columns : i % columns;
      float size = Math.abs(values[i]);
      if (!Float.isFinite(size)) {
        return Optional.empty();
      }
      scales[place] = Math.max(scales[place], size);
    }
    for (int place = 0; place < scales.length; place++) {
      scales[place] = scale(scales[place]);
    }
    ByteBuffer integers = ByteBuffer.allocate(values.length);
    for (int i = 0; i < values.length; i++) {
      int place = key.axis == 0 ? i / columns : i % columns;
      integers.put((byte) Math.rint((double) values[i] / scales[place]));
    }
    Tensor tensor = Tensor.of(ElementType.INT8, matrix.dims(), integers.flip());
    String name = graph.freshName(key.name + "_int8");
    return Optional.of(new Rounded(graph.setInitializer(name, tensor), scales));
  }

  /** Of zeros, or of numbers too small to be divided by 127, any scale is right. */
  private static float scale(float largest) {
    float scale = largest / LARGEST;
    return scale < Float.MIN_NORMAL ? 1 : scale;
  }
}
