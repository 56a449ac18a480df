package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.tribuo.distill.graph.Tensor;

/** What a graph computes, compared with what it should compute. */
final class Outputs {
  private static final float TOLERANCE = 2e-5f;

  private Outputs() {}

  static void assertSame(Map<String, Tensor> actual, Map<String, Tensor> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, tensor) -> assertSame(name, actual.get(name), tensor));
  }

  static void assertSame(String name, Tensor actual, Tensor expected) {
    assertThat(actual.type()).as(name).isEqualTo(expected.type());
    if (!expected.elementType().isFloat()) {
      assertThat(actual.toLongs()).as(name).isEqualTo(expected.toLongs());
      return;
    }
    float[] numbers = actual.toFloats();
    float[] expectedNumbers = expected.toFloats();
    for (int i = 0; i < numbers.length; i++) {
      assertThat(numbers[i])
          .as("%s, element %d", name, i)
          .isCloseTo(expectedNumbers[i], within(TOLERANCE));
    }
  }
}
