package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.transformer.Pooling;

class ScratchStudentTest {
  @ParameterizedTest
  @CsvSource({
    "0, 3, 24, 4, vocabulary",
    "50, 0, 24, 4, layers",
    "50, 3, 24, 0, heads",
  })
  void aNumberThatIsTooSmallIsNamed(
      int vocabulary, int layers, int width, int heads, String property) {
    assertThatThrownBy(() -> ScratchStudent.of(vocabulary, layers, width, heads))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: ScratchStudent, Property: " + property)
        .hasMessageContaining("is 0, expected 1 or more");
  }

  @Test
  void whatIsUsualCanBeStatedOtherwise() throws Exception {
    ScratchStudent usual = ScratchStudent.of(50, 3, 24, 4);
    ScratchStudent other = usual.withPositions(16).withInner(30).withPooling(Pooling.FIRST_TOKEN);

    assertThat(ScratchStudents.shape(usual, "embeddings.positions")).containsExactly(512, 24);
    assertThat(ScratchStudents.shape(usual, "layers.0.inner.weight")).containsExactly(24, 4 * 24);
    assertThat(ScratchStudents.initializers(usual)).doesNotContainKey("head.first");
    assertThat(ScratchStudents.shape(other, "embeddings.positions")).containsExactly(16, 24);
    assertThat(ScratchStudents.shape(other, "layers.0.inner.weight")).containsExactly(24, 30);
    assertThat(ScratchStudents.initializers(other)).containsKey("head.first");
  }

  @Test
  void whatCannotBeIsRefused() {
    ScratchStudent usual = ScratchStudent.of(50, 3, 24, 4);

    assertThatThrownBy(() -> usual.withPositions(0))
        .hasMessageContaining("Component: ScratchStudent, Property: positions")
        .hasMessageContaining("is 0, expected 1 or more");
    assertThatThrownBy(() -> usual.withInner(-1))
        .hasMessageContaining("Component: ScratchStudent, Property: inner")
        .hasMessageContaining("is -1, expected 1 or more");
    assertThatThrownBy(() -> usual.withPooling(Pooling.OWN))
        .hasMessageContaining("Component: ScratchStudent, Property: pooling")
        .hasMessageContaining("is OWN, but a new encoder has no pooler");
  }

  @Test
  void theHeadsShareTheWidth() {
    assertThatThrownBy(() -> ScratchStudent.of(50, 3, 30, 4))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: ScratchStudent, Property: width")
        .hasMessageContaining("The width is 30, expected a multiple of the 4 heads");
  }
}
