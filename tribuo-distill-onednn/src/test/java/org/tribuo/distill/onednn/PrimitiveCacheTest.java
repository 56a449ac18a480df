package org.tribuo.distill.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("isThere")
class PrimitiveCacheTest {
  private final PrimitiveCache cache = new PrimitiveCache(2);

  static boolean isThere() {
    return !new OneDnnOperators().version().equals("oneDNN");
  }

  @BeforeAll
  static void load() {
    new OneDnnOperators().isActive();
  }

  private static Primitive copy(int numbers) {
    long[] dims = {numbers};
    try (Layout layout = Layout.of(Dnnl.F32, dims, new long[] {1})) {
      return Reorder.compile(layout, layout);
    }
  }

  private Primitive get(int numbers) {
    return cache.get(numbers, () -> copy(numbers));
  }

  @Test
  void whatWasUsedLongestAgoGoesWhenThereAreTooMany() {
    cache.using(
        () -> {
          Primitive one = get(1);
          get(2);
          assertThat(get(1)).isSameAs(one);
          get(3);
          assertThat(cache.size()).as("while they are used").isEqualTo(3);
        });
    cache.using(
        () -> {
          assertThat(cache.size()).isEqualTo(2);
          Primitive one = get(1);
          assertThat(cache.get(1, () -> copy(5))).isSameAs(one);
          assertThat(List.of(get(2), get(3))).doesNotContainNull();
        });
  }
}
