package org.tribuo.distill.span.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers are those of SQuAD 2.0's definition in Python, by {@code answer_goldens.py}. */
class AnswerTextsTest {
  @ParameterizedTest
  @CsvSource({
    "The  Empire State Building!, empire state building, 1, 1",
    "in New York City, New York, 0, 0.6666666666666666",
    "'York, York', York, 0, 0.6666666666666666",
    "a the an, '', 1, 1",
    "'', London, 0, 0",
    "'', '', 1, 1",
    "U.S.A., usa, 1, 1",
    "'Théâtre, the', theatre, 0, 0",
    "l''été, été, 0, 0",
    "Éa the É, ÉA É, 1, 1",
    "an-other, another, 1, 1",
    "the the London, London of the kings, 0, 0.5",
    "..., London, 0, 0"
  })
  void pythonSaysTheSame(String predicted, String expected, double exact, double f1) {
    assertThat(AnswerTexts.exact(predicted, expected)).isEqualTo(exact);
    assertThat(AnswerTexts.f1(predicted, expected)).isEqualTo(f1, within(1e-12));
  }
}
