package org.tribuo.distill.transformer.internal.decoding;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
    for (Node reader : List.copyOf(graph.consumers(shape.output()))) {
      int first = Math.toIntExact(shape.attributes().get("start", 0L));
      List<Value> sizes =
          read(reader).mapToObj(axis -> size(op, shape.input(0), first, axis)).toList();
      boolean isNumber = reader.is("Gather") && isNumber(reader.input(1));
      Value all = op.concat(0, sizes);
      graph.substitute(reader, List.of(isNumber ? op.squeeze(all, 0) : all));
    }
  }

  private boolean isNumber(String index) {
    return graph.constant(index).filter(tensor -> tensor.rank() == 0).isPresent();
  }

  /** Which of the sizes a node reads; negative numbers count from the end. */
  private IntStream read(Node reader) {
    if (reader.is("Gather")) {
      Optional<Tensor> indices = graph.constant(reader.input(1));
      if (indices.isPresent()) {
        return Arrays.stream(indices.get().toLongs()).mapToInt(Math::toIntExact);
      }
    }
    if (reader.is("Slice")) {
      OptionalInt from = number(reader, 1);
      OptionalInt to = number(reader, 2);
      boolean isPlain = !reader.hasInput(4) || number(reader, 4).equals(OptionalInt.of(1));
      if (from.isPresent() && to.isPresent() && isPlain) {
        boolean toEnd = from.getAsInt() < 0 && to.getAsInt() > 0;
        return IntStream.range(from.getAsInt(), toEnd ? 0 : to.getAsInt());
      }
    }
    throw new GraphException("%s reads sizes in a way that is not understood".formatted(reader));
  }

  private OptionalInt number(Node reader, int input) {
    return graph
        .constant(reader.input(input))
        .filter(tensor -> tensor.elements() == 1)
        .map(tensor -> OptionalInt.of((int) Math.min(tensor.toLongs()[0], Integer.MAX_VALUE)))
        .orElse(OptionalInt.empty());
  }

  /** One size of a value: [1]. */
  private Value size(Ops op, String value, int first, int axis) {
    Shape shape = graph.type(value).flatMap(TensorType::shape).orElse(Shape.SCALAR);
    int number = axis < 0 ? shape.rank() + axis : first + axis;
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
