package org.tribuo.distill.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ArgumentException;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
  /** Takes more memory than there is, in its own thread or in another. */
  static final class Greedy {
    private Greedy() {}

    public static void main(String[] arguments) {
      Program.run(
          arguments[0].startsWith("gr") ? arguments : new String[0],
          new Options() {},
          (options, configuration) -> {
            if (arguments[0].equals("here")) {
              take();
            } else {
              CompletableFuture.runAsync(Greedy::take).get();
            }
          });
    }

    private static void take() {
      List<byte[]> all = new ArrayList<>();
      while (true) {
        all.add(new byte[8 << 20]);
      }
    }
  }

  @Test
  void lettersThatTheEnvironmentLosesAreMissed() throws Exception {
    ChildProgram child = ChildProgram.run(Greedy.class, List.of(), "gr\uFFFDn");

    assertThat(child.printed())
        .contains("Letters of the argument 'gr")
        .contains("set LC_ALL=C.UTF-8, or put texts into a file.");
    assertThat(child.status()).isEqualTo(2);
  }

  @Test
  void aConfigurationThatOlcutCannotReadIsNamed(@TempDir Path folder) throws Exception {
    Path listOfNothing = folder.resolve("list-of-nothing.xml");
    Files.writeString(
        listOfNothing, "<config><propertylist name=\"a\"><item>1</item></propertylist></config>");

    assertThatThrownBy(
            () ->
                Program.configured(new String[] {"-c", listOfNothing.toString()}, new Options() {}))
        .isInstanceOf(ArgumentException.class)
        .hasMessageContaining("-c")
        .hasMessageContaining("names a configuration that OLCUT cannot read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"here", "in another thread"})
  void whoeverRunsOutOfMemoryIsToldTheOption(String where) throws Exception {
    ChildProgram greedy = ChildProgram.run(Greedy.class, List.of("-Xmx32m"), where);

    assertThat(greedy.printed())
        .contains("Java heap space")
        .contains("give them more by -Dheap=2g (for java itself -Xmx2g).")
        .doesNotContain("\tat ");
    assertThat(greedy.status()).isEqualTo(1);
  }
}
