package org.tribuo.distill.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The values are those of NumPy's {@code corrcoef}, of the numbers and of their ranks. */
class CorrelationsTest {
  private static final double[] PREDICTED = {1, 2, 3, 4, 5};
  private static final double[] ACTUAL = {1.1, 1.9, 3.5, 3.1, 7.5};

  @Test
  void pearsonIsThatOfTheNumbers() {
    assertThat(Correlations.pearson(PREDICTED, ACTUAL)).isEqualTo(0.895378, within(1e-6));
  }

  @Test
  void spearmanIsThatOfTheOrder() {
    assertThat(Correlations.spearman(PREDICTED, ACTUAL)).isEqualTo(0.9, within(1e-12));
  }

  @Test
  void equalNumbersShareARank() {
    // Ranks 1.5, 1.5, 3, 4 and 1, 2, 3.5, 3.5.
    assertThat(Correlations.spearman(new double[] {0, 0, 1, 2}, new double[] {5, 6, 7, 7}))
        .isEqualTo(4.0 / 4.5, within(1e-12));
  }

  @Test
  void whatDoesNotVaryHasNoCorrelation() {
    assertThat(Correlations.pearson(new double[] {1, 1}, new double[] {1, 2})).isNaN();
    assertThat(Correlations.spearman(new double[] {1, Double.NaN, 3}, new double[] {1, 2, 3}))
        .isNaN();
  }

  @Test
  void thereAreAsManyOfBoth() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Correlations.pearson(PREDICTED, new double[] {1}))
        .withMessage(
            "There are 5 predicted and 1 actual numbers, expected the same number, and two or more");
  }
}
