package org.tribuo.distill.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.RuntimeUnavailableException;

class OneDnnOperatorsTest {
  static boolean isThere() {
    return PrimitiveCacheTest.isThere();
  }

  /** Asks twice. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      for (int i = 0; i < 2; i++) {
        try {
          System.out.println(new OneDnnOperators().isActive());
        } catch (RuntimeUnavailableException e) {
          System.out.println("refused: " + e.getMessage());
        }
      }
    }
  }

  @Test
  @EnabledIf("isThere")
  void whereTheLibraryCannotBeKeptEachCallSaysWhy(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    String output = OwnJvm.output(Child.class, Map.of(), "-Dtribuo.distill.native.dir=" + file);
    assertThat(output.lines())
        .as(output)
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith("refused: Cannot provide native libraries in " + file)
                    .contains("name another one with -Dtribuo.distill.native.dir=<folder>"));
  }
}
