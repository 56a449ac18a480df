package org.tribuo.distill.graph.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;

class RowShapeTest {
  @Test
  void columnsAreTheLastFixedDimension() {
    assertThat(RowShape.of(9).columns()).isEqualTo(9);
    assertThat(RowShape.perToken(9).columns()).isEqualTo(9);
    assertThat(RowShape.ofPositions(2).columns()).isEqualTo(2);
    assertThat(RowShape.of(Dimension.of("tokens")).columns()).isEqualTo(1);
    assertThat(RowShape.perToken(9).endsInColumns()).isTrue();
    assertThat(RowShape.ofPositions(2).endsInColumns()).isFalse();
    assertThat(RowShape.ofPositions(2).ofEachColumn())
        .contains(RowShape.of(Dimension.of("tokens")));
    assertThat(RowShape.perToken(9).ofEachColumn()).isEmpty();
    assertThat(RowShape.of(9).ofEachColumn()).isEmpty();
  }

  @Test
  void aBatchIsCutIntoRowsWithoutPaddingAndPaddedAgain() {
    Tensor padded = Tensor.of(new float[] {1, 2, 0, 3, 4, 0, 5, 6, 7, 8, 9, 10}, 2, 2, 3);
    RowShape shape = RowShape.ofPositions(2);
    List<float[]> rows = shape.cut(padded, new int[] {2, 3});
    assertThat(rows).containsExactly(new float[] {1, 2, 3, 4}, new float[] {5, 6, 7, 8, 9, 10});
    float[] again = new float[12];
    shape.pad(rows.get(0), 2, again, 0, 3);
    shape.pad(rows.get(1), 3, again, 6, 3);
    assertThat(again).containsExactly(padded.toFloats());
    assertThat(shape.columnOf(2, 2)).isEqualTo(1);
    assertThat(shape.pick(rows.get(0), 2, new int[] {1, 0})).containsExactly(3, 4, 1, 2);
  }

  @Test
  void aTensorFitsIfItsDimensionsDo() {
    RowShape shape = RowShape.perToken(4);
    assertThat(shape.fits(new long[] {2, 7, 4}, 7)).isTrue();
    assertThat(shape.fits(new long[] {2, 7, 4}, 8)).as("too short").isFalse();
    assertThat(shape.fits(new long[] {2, 7, 5}, 7)).as("other columns").isFalse();
    assertThat(shape.fits(new long[] {2, 4}, 7)).as("other rank").isFalse();
    assertThat(shape.mayBeIn(Shape.of(Dimension.of("batch"), Dimension.of(8), Dimension.unknown())))
        .isTrue();
    assertThat(shape.mayBeIn(Shape.of(2, 8, 5))).isFalse();
    assertThat(shape.ofRows("rows")).hasToString("[rows, tokens, 4]");
  }

  @Test
  void shapesThatAreNoRowsAreErrors() {
    for (ThrowingCallable wrong :
        List.<ThrowingCallable>of(
            () -> RowShape.of(new long[0]),
            () -> RowShape.of(3, 0),
            () -> RowShape.of(Dimension.unknown()),
            () -> RowShape.of(Dimension.of("tokens"), Dimension.of("choices")))) {
      assertThatThrownBy(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "expected fixed dimensions of 1 or more and at most one that is named");
    }
  }
}
