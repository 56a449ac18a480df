package org.tribuo.distill.transformer.internal.decoding;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Sizes that are read of one value, read of another instead, so that the first need not be
 * computed: exporters shape what belongs to a source by the number of rows of the target, and the
 * other way round.
 *
 * @param graph that is changed
 * @param of the value whose sizes are read instead
 * @param axes of that value, by the dimension that each has
 */
record SubstitutedSizes(Graph graph, String of, Map<Dimension, Integer> axes) {
  /**
   * Lets those that read some sizes read them elsewhere.
   *
   * @param shape a node that reads the sizes of a value
   * @throws GraphException if what it reads is not understood, or the other value has no such size
   */
  void replace(Node shape) {
    if (!shape.is("Shape")) {
      throw new GraphException("%s reads sizes in a way that is not understood".formatted(shape));
    }
    Ops op = Ops.on(graph);
    Shape of = graph.type(shape.input(0)).flatMap(TensorType::shape).orElse(Shape.SCALAR);
    int first = place(shape.attributes().get("start", 0L), of.rank());
    int behind = place(shape.attributes().get("end", Long.MAX_VALUE), of.rank());
    for (Node reader : List.copyOf(graph.consumers(shape.output()))) {
      List<Value> sizes =
          read(reader, behind - first)
              .mapToObj(number -> size(op, shape.input(0), of, first + number))
              .toList();
      boolean isNumber = reader.is("Gather") && isNumber(reader.input(1));
      Value all = op.concat(0, sizes);
      graph.substitute(reader, List.of(isNumber ? op.squeeze(all, 0) : all));
    }
  }

  private boolean isNumber(String index) {
    return graph.constant(index).filter(tensor -> tensor.rank() == 0).isPresent();
  }

  /** Which of some sizes a node reads, from 0. */
  private IntStream read(Node reader, int sizes) {
    if (reader.is("Gather")) {
      Optional<Tensor> indices = graph.constant(reader.input(1));
      if (indices.isPresent()) {
        return Arrays.stream(indices.get().toLongs())
            .mapToInt(index -> Math.toIntExact(index < 0 ? index + sizes : index));
      }
    }
    if (reader.is("Slice")) {
      OptionalLong from = number(reader, 1);
      OptionalLong to = number(reader, 2);
      boolean isPlain = !reader.hasInput(4) || number(reader, 4).equals(OptionalLong.of(1));
      if (from.isPresent() && to.isPresent() && isPlain) {
        int first = place(from.getAsLong(), sizes);
        int behind = place(to.getAsLong(), sizes);
        if (first < behind) {
          return IntStream.range(first, behind);
        }
      }
    }
    throw new GraphException("%s reads sizes in a way that is not understood".formatted(reader));
  }

  /** A place in a row; negative numbers count from its end, and there are none outside of it. */
  private static int place(long number, int length) {
    return (int) Math.max(0, Math.min(number < 0 ? number + length : number, length));
  }

  private OptionalLong number(Node reader, int input) {
    return graph
        .constant(reader.input(input))
        .filter(tensor -> tensor.elements() == 1)
        .map(tensor -> OptionalLong.of(tensor.toLongs()[0]))
        .orElse(OptionalLong.empty());
  }

  /** One size of a value: [1]. */
  private Value size(Ops op, String value, Shape shape, int number) {
    Dimension size =
        number >= 0 && number < shape.rank() ? shape.dimension(number) : Dimension.unknown();
    if (size instanceof Dimension.Fixed fixed) {
      return op.longs(fixed.size());
    }
    Integer other = axes.get(size);
    if (other == null) {
      throw new GraphException(
          "'%s' is %s, and its size %d is not one of '%s'".formatted(value, shape, number, of));
    }
    return op.slice(op.shapeOf(graph.value(of)), 0, other, other + 1);
  }
}
