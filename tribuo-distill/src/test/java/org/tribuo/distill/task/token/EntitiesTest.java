package org.tribuo.distill.task.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EntitiesTest {
  private static Entities of(String tags) {
    List<String> all = List.of(tags.split(" "));
    return Entities.of(all, Entities.areEnded(all));
  }

  private static Entities.Entity entity(int from, int to, String type) {
    return new Entities.Entity(from, to, type);
  }

  @Test
  void bio() {
    assertThat(of("B-per I-per O B-loc B-loc I-loc"))
        .isEqualTo(
            new Entities(
                List.of(entity(0, 2, "per"), entity(3, 4, "loc"), entity(4, 6, "loc")), 0));
  }

  @Test
  void whatContinuesNothingBeginsAnEntityAndIsCounted() {
    assertThat(of("I-per I-per O B-loc I-per"))
        .isEqualTo(
            new Entities(
                List.of(entity(0, 2, "per"), entity(3, 4, "loc"), entity(4, 5, "per")), 2));
  }

  @Test
  void iobesAndBilou() {
    Entities expected =
        new Entities(List.of(entity(0, 3, "creative-work"), entity(3, 4, "per")), 0);
    assertThat(of("B-creative-work I-creative-work E-creative-work S-per O")).isEqualTo(expected);
    assertThat(of("B-creative-work I-creative-work L-creative-work U-per O")).isEqualTo(expected);
    assertThat(of("B-per O S-loc I-loc E-per"))
        .isEqualTo(
            new Entities(
                List.of(
                    entity(0, 1, "per"),
                    entity(2, 3, "loc"),
                    entity(3, 4, "loc"),
                    entity(4, 5, "per")),
                3));
    assertThat(of("S-loc B-per").illegal()).isEqualTo(1);
  }

  /** As {@code conlleval} counts them: one entity of three words, not one of each letter. */
  @Test
  void prefixesWithoutATypeAreThoseOfOneType() {
    assertThat(of("B I I O I B"))
        .isEqualTo(
            new Entities(
                List.of(entity(0, 3, "entity"), entity(4, 5, "entity"), entity(5, 6, "entity")),
                1));
    assertThat(of("B I E O S U B L"))
        .isEqualTo(
            new Entities(
                List.of(
                    entity(0, 3, "entity"),
                    entity(4, 5, "entity"),
                    entity(5, 6, "entity"),
                    entity(6, 8, "entity")),
                0));
  }

  @Test
  void plainTypes() {
    assertThat(of("per per O loc per"))
        .isEqualTo(
            new Entities(
                List.of(entity(0, 2, "per"), entity(3, 4, "loc"), entity(4, 5, "per")), 0));
  }
}
