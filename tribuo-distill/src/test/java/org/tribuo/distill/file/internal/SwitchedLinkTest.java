package org.tribuo.distill.file.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A link to the newest of several files, all of which were written long ago. */
class SwitchedLinkTest {
  private final Instant later = Instant.now().plusSeconds(10);
  private final FileCache<String> cache = new FileCache<>(2, text -> List.of());

  @TempDir Path folder;
  private Path link;

  @BeforeEach
  void write() throws IOException {
    for (String version : List.of("one", "two")) {
      Files.writeString(Files.createDirectory(folder.resolve(version)).resolve("model"), version);
    }
    link = Files.createSymbolicLink(folder.resolve("newest"), Path.of("one"));
  }

  private void switchTo(String version) throws IOException {
    Path other = Files.createSymbolicLink(folder.resolve("other"), Path.of(version));
    Files.move(other, link, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void theFileToWhichTheLinkLeadsNowIsRead() throws IOException {
    Path file = link.resolve("model");
    assertThat(cache.get(file, Files::readString, later)).isEqualTo("one");
    switchTo("two");
    assertThat(cache.get(file, Files::readString, later)).isEqualTo("two");
    switchTo("one");
    assertThat(cache.get(file, Files::readString, later)).isEqualTo("one");
  }

  @Test
  void whatWasReadWhileTheLinkWasSwitchedIsNotKept() throws IOException {
    Path file = link.resolve("model");
    String before =
        cache.get(
            file,
            read -> {
              String text = Files.readString(read);
              switchTo("two");
              return text;
            },
            later);
    assertThat(before).isEqualTo("one");
    assertThat(cache.get(file, Files::readString, later)).isEqualTo("two");
  }
}
