package org.tribuo.distill.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No damaged input ends the JVM, takes longer than ten seconds, is refused without a name or is
 * used for something else. {@code -Ddamage.seed=N} tries others; {@code -Ddamage.count=N} as many.
 */
class DamagedInputTest {
  private static final long SEED = Long.getLong("damage.seed", 20261128);

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
    for (InputKind kind : InputKind.values()) {
      wanted.put(kind, kind.share(count));
    }
    Damages damages = new Damages(SEED, folder, wanted).run();
    System.out.println(damages);
    assertThat(damages.faults()).as("%s", damages).isEmpty();
    assertThat(damages.total()).isGreaterThanOrEqualTo(count);
    for (InputKind kind : InputKind.values()) {
      assertThat(damages.count(kind, Verdict.Kind.REFUSED)).as("refused of %s", kind).isPositive();
    }
  }
}
