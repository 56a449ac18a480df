package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenSamplingTest {
  private static final int DRAWN = 40_000;

  /** Of probabilities .4, .1, .3, .2. */
  private static final float[] LOGITS = {
    (float) Math.log(.4), (float) Math.log(.1), (float) Math.log(.3), (float) Math.log(.2)
  };

  private static double[] frequencies(TokenSampling sampling) {
    SplittableRandom random = sampling.random();
    double[] frequencies = new double[LOGITS.length];
    for (int i = 0; i < DRAWN; i++) {
      frequencies[sampling.draw(LOGITS, random)] += 1.0 / DRAWN;
    }
    return frequencies;
  }

  private static void areClose(TokenSampling sampling, double... expected) {
    assertThat(frequencies(sampling.seed(1))).containsExactly(expected, within(.01));
  }

  @Test
  void tokensAreDrawnByTheirProbability() {
    areClose(new TokenSampling(), .4, .1, .3, .2);
  }

  @Test
  void theTemperatureSharpensOrFlattens() {
    double[] squares = {.16, .01, .09, .04};
    double sum = Arrays.stream(squares).sum();
    areClose(
        new TokenSampling().temperature(.5),
        Arrays.stream(squares).map(each -> each / sum).toArray());
    areClose(new TokenSampling().temperature(1e6), .25, .25, .25, .25);
  }

  @Test
  void theLikeliestStay() {
    areClose(new TokenSampling().topK(2), 4 / 7., 0, 3 / 7., 0);
    areClose(new TokenSampling().topK(1), 1, 0, 0, 0);
  }

  /** The fewest whose probabilities reach p. */
  @Test
  void theNucleusStays() {
    areClose(new TokenSampling().topP(.39), 1, 0, 0, 0);
    areClose(new TokenSampling().topP(.41), 4 / 7., 0, 3 / 7., 0);
    areClose(new TokenSampling().topP(.71), 4 / 9., 0, 3 / 9., 2 / 9.);
    areClose(new TokenSampling().topK(2).topP(.6), 4 / 7., 0, 3 / 7., 0);
  }

  @Test
  void theSeedDecides() {
    TokenSampling sampling = new TokenSampling().topP(.9).seed(3);
    assertThat(frequencies(sampling)).isEqualTo(frequencies(sampling));
    assertThat(frequencies(sampling)).isNotEqualTo(frequencies(sampling.seed(4)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, 'temperature, is 0.0, expected a finite number greater than 0; for the likeliest token omit the sampling'",
    "1, 0, 1, 'topK, is 0, expected 1 or more; or omit it'",
    "1, 1, 0, 'topP, is 0.0, expected a probability greater than 0, up to 1'",
    "1, 1, 1.5, 'topP, is 1.5, expected a probability greater than 0, up to 1'",
  })
  void numbersOutOfRangeAreNamed(double temperature, int topK, double topP, String message) {
    assertThatThrownBy(() -> new TokenSampling().topK(topK).topP(topP).temperature(temperature))
        .isInstanceOf(PropertyException.class)
        .hasMessage("Component: TokenSampling, Property: " + message);
  }
}
