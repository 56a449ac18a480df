package org.tribuo.distill.loss;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * The leading axes of the student's output, which number its rows.
 *
 * @param leading [batch], or [batch, positions]
 * @param shift how many positions a label stands after its row
 */
record RowAxes(List<Dimension> leading, int shift) {
  /** Their number where the sizes of the axes have no names. */
  private static final Dimension ROWS = Dimension.of("number of rows");

  /** The type of a tensor with these axes and further ones. */
  TensorType type(ElementType elementType, Dimension... further) {
    List<Dimension> all = new ArrayList<>(leading);
    all.addAll(List.of(further));
    return TensorType.of(elementType, new Shape(all));
  }

  /** The number of rows. */
  Dimension rows() {
    if (leading.size() == 1) {
      return leading.get(0);
    }
    Dimension product = Dimension.product(leading);
    return product instanceof Dimension.Unknown ? ROWS : product;
  }

  /** [leading...] as [rows]. */
  Value flat(Ops op, Value x) {
    return leading.size() == 1 ? x : typed(op, op.reshape(x, -1), Shape.of(rows()));
  }

  /** [leading..., width] as [rows, width]. */
  Value flatRows(Ops op, Value x) {
    if (leading.size() == 1) {
      return x;
    }
    Dimension width = x.shape().orElseThrow().dimension(-1);
    Value flat =
        width instanceof Dimension.Fixed fixed
            ? op.reshape(x, -1, fixed.size())
            : op.reshape(x, op.concat(0, List.of(op.longs(-1), op.sizeOf(x, -1))));
    return typed(op, flat, Shape.of(rows(), width));
  }

  /** What stands {@code shift} positions later; {@code padding} at the end. */
  Value shifted(Ops op, Value x, Value padding) {
    return shift == 0
        ? x
        : op.one("Pad", Attributes.NONE, x.type(), x, op.longs(0, -shift, 0, shift), padding);
  }

  private static Value typed(Ops op, Value x, Shape shape) {
    TensorType type = TensorType.of(x.elementType(), shape);
    op.graph().setType(x.name(), type);
    return new Value(x.name(), type);
  }
}
