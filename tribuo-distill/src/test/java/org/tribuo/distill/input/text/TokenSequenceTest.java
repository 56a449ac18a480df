package org.tribuo.distill.input.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TokenSequenceTest {
  @Test
  void sequencesOfTheSameTokensAreEqual() {
    TokenSequence tokens = new TokenSequence(new int[] {3, 7, 1}, new int[] {0, 0, 1});
    assertThat(tokens)
        .isEqualTo(new TokenSequence(new int[] {3, 7, 1}, new int[] {0, 0, 1}))
        .hasSameHashCodeAs(new TokenSequence(new int[] {3, 7, 1}, new int[] {0, 0, 1}))
        .isNotEqualTo(TokenSequence.of(3, 7, 1))
        .hasToString("TokenSequence(ids=[3, 7, 1], typeIds=[0, 0, 1])");
    assertThat(tokens.length()).isEqualTo(3);
    assertThat(tokens.id(1)).isEqualTo(7);
    assertThat(tokens.typeId(2)).isEqualTo(1);
  }

  @Test
  void nobodyCanChangeASequenceThroughItsArrays() {
    int[] ids = {3, 7, 1};
    TokenSequence tokens = TokenSequence.of(ids);
    ids[0] = 99;
    tokens.ids()[1] = 99;
    tokens.typeIds()[1] = 99;
    assertThat(tokens).isEqualTo(TokenSequence.of(3, 7, 1));
  }

  @Test
  void whatIsNoSequenceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenSequence.of())
        .withMessage("A token sequence has at least one token, this has none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TokenSequence(new int[2], new int[3]))
        .withMessage("A token sequence has one type id a token, this has 2 ids and 3 type ids");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenSequence.of(5, -1))
        .withMessage("Token 1 has id -1 and type id 0, neither may be negative");
  }
}
