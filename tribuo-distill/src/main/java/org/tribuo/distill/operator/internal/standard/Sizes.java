package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Trait.READS_SIZES;
import static org.tribuo.distill.operator.Operator.each;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.SizedNode;

/** Operators that read sizes, that make tensors of given sizes, and that make integers. */
final class Sizes {
  private Sizes() {}

  static final List<Operator> ALL =
      List.of(
          operator("Shape")
              .with(READS_SIZES)
              .shape(
                  n ->
                      Optional.of(
                          Shape.of(
                              n.x()
                                  .map(x -> Dimension.of(read(n, x).size()))
                                  .orElse(Dimension.unknown()))))
              .contents(n -> n.x().map(x -> read(n, x)))
              .flat(),
          operator("Size").with(READS_SIZES).shape(n -> Optional.of(Shape.SCALAR)).flat(),
          operator("Range").shape(n -> Optional.of(Shape.of(count(n)))),
          operator("Constant").shape(n -> n.held().map(t -> Shape.of(t.dims()))).flat(),
          operator("ConstantOfShape")
              .shape(n -> n.contents(0).map(Shape::new))
              .contents(Contents::filled)
              .flat());

  static final List<Operator> WITHOUT_SHAPES =
      each(
          Operator::flat,
          "ArgMax",
          "ArgMin",
          "Bernoulli",
          "EyeLike",
          "NonZero",
          "RandomNormalLike",
          "RandomUniformLike");

  /** From 0 in steps of 1 there are as many numbers as the end. */
  private static Dimension count(SizedNode n) {
    boolean fromZeroByOnes = isNumber(n, 0, 0) && isNumber(n, 2, 1);
    return n.contents(1)
        .filter(end -> fromZeroByOnes && end.size() == 1)
        .map(end -> end.get(0))
        .filter(end -> !(end instanceof Dimension.Fixed f) || f.size() >= 0)
        .orElse(Dimension.unknown());
  }

  private static boolean isNumber(SizedNode n, int input, long number) {
    return n.contents(input).filter(c -> c.size() == 1 && c.get(0).is(number)).isPresent();
  }

  /** The dimensions that a Shape node reads of a shape: all, or some. */
  private static List<Dimension> read(SizedNode n, Shape shape) {
    int rank = shape.rank();
    long start = n.attribute("start", 0L);
    long end = n.attribute("end", rank);
    int from = (int) Math.max(0, start < 0 ? start + rank : start);
    int to = (int) Math.min(rank, end < 0 ? end + rank : end);
    return from < to ? shape.dimensions().subList(from, to) : List.of();
  }
}
