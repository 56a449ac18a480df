package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewStudentTest {
  @ParameterizedTest
  @CsvSource({
    "0, 3, 24, 4, vocabulary",
    "50, 0, 24, 4, layers",
    "50, 3, 24, 0, heads",
  })
  void aNumberThatIsTooSmallIsNamed(
      int vocabulary, int layers, int width, int heads, String property) {
    assertThatThrownBy(() -> NewStudent.of(vocabulary, layers, width, heads))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: NewStudent, Property: " + property)
        .hasMessageContaining("is 0, expected 1 or more");
  }

  @Test
  void theHeadsShareTheWidth() {
    assertThatThrownBy(() -> NewStudent.of(50, 3, 30, 4))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: NewStudent, Property: width")
        .hasMessageContaining("The width is 30, expected a multiple of the 4 heads");
  }
}
