package org.tribuo.distill.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No damaged input ends the JVM, takes longer than ten seconds, is refused without a name or is
 * used for something else. {@code -Ddamage.seed=N} tries others, {@code -Ddamage.count=N} as many,
 * {@code -Ddamage.kinds=CSV,XML} only these kinds.
 */
class DamagedInputTest {
  private static final long SEED = Long.getLong("damage.seed", 20261128);

  private static final Set<InputKind> KINDS =
      Arrays.stream(System.getProperty("damage.kinds", "").split(","))
          .filter(name -> !name.isEmpty())
          .map(InputKind::valueOf)
          .collect(Collectors.toCollection(() -> EnumSet.noneOf(InputKind.class)));

  static {
    if (KINDS.isEmpty()) {
      KINDS.addAll(EnumSet.allOf(InputKind.class));
    }
  }

  @TempDir Path folder;

  @Test
  void aThousandAreUsedAsMeantOrRefusedByName() throws Exception {
    run(Integer.getInteger("damage.few", 1_000));
  }

  @Test
  @Tag("slow")
  void tenThousandAreUsedAsMeantOrRefusedByName() throws Exception {
    run(Integer.getInteger("damage.count", 10_000));
  }

  private void run(int count) throws Exception {
    Map<InputKind, Integer> wanted = new EnumMap<>(InputKind.class);
    for (InputKind kind : KINDS) {
      wanted.put(kind, kind.share(count));
    }
    Damages damages = new Damages(SEED, folder, wanted).run();
    System.out.println(damages);
    assertThat(damages.faults()).as("%s", damages).isEmpty();
    for (InputKind kind : KINDS) {
      assertThat(damages.total(kind)).as("tried of %s", kind).isEqualTo(kind.share(count));
      assertThat(damages.count(kind, Verdict.Kind.REFUSED)).as("refused of %s", kind).isPositive();
    }
  }
}
