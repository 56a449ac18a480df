package org.tribuo.distill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class DimensionTest {
  private static final Dimension BATCH = Dimension.of("batch");
  private static final Dimension HEADS = Dimension.of(12);
  private static final Dimension TOKENS = Dimension.of("tokens");

  private static Dimension product(Dimension... dimensions) {
    return Dimension.product(List.of(dimensions));
  }

  @Test
  void productsOfTheSameFactorsAreEqual() {
    assertThat(product(BATCH, HEADS, TOKENS).provablyEquals(product(TOKENS, product(HEADS, BATCH))))
        .isTrue();
    assertThat(product(BATCH, TOKENS).provablyEquals(product(BATCH, BATCH))).isFalse();
    assertThat(product(BATCH, HEADS)).hasToString("12*batch");
  }

  @Test
  void aProductOfOneIsThatOne() {
    assertThat(product()).isEqualTo(Dimension.of(1));
    assertThat(product(BATCH, Dimension.of(1))).isEqualTo(BATCH);
    assertThat(product(HEADS, Dimension.of(2))).isEqualTo(Dimension.of(24));
    assertThat(product(BATCH, Dimension.of(0))).isEqualTo(Dimension.of(0));
    assertThat(product(BATCH, Dimension.unknown())).isEqualTo(Dimension.unknown());
  }

  @Test
  void factorsAreDividedOut() {
    Dimension all = product(BATCH, TOKENS, HEADS);
    assertThat(all.dividedBy(List.of(TOKENS, Dimension.of(4))))
        .isEqualTo(product(BATCH, Dimension.of(3)));
    assertThat(all.dividedBy(List.of(Dimension.of(5)))).isEqualTo(Dimension.unknown());
    assertThat(all.dividedBy(List.of(TOKENS, TOKENS))).isEqualTo(Dimension.unknown());
    assertThat(all.dividedBy(List.of(Dimension.of(0)))).isEqualTo(Dimension.unknown());
  }

  @Test
  void aNameWithAnAsteriskIsNoProduct() {
    assertThat(Dimension.of("batch*tokens").provablyEquals(product(BATCH, TOKENS))).isFalse();
  }

  @Test
  void aProductThatNoLongHoldsIsRefused() {
    assertThatThrownBy(() -> product(Dimension.of(Long.MAX_VALUE), Dimension.of(2)))
        .isInstanceOf(ArithmeticException.class);
  }
}
