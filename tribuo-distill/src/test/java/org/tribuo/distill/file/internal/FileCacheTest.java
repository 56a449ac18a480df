package org.tribuo.distill.file.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCacheTest {
  private final Instant later = Instant.now().plusSeconds(10);

  @TempDir Path folder;

  /** A text, with that of the file beside it. */
  private record Text(String text, Path beside) {
    static Text read(Path file) throws IOException {
      Path beside = file.resolveSibling("data");
      return new Text(Files.readString(file) + Files.readString(beside), beside);
    }
  }

  private final FileCache<Text> cache = new FileCache<>(2, text -> List.of(text.beside()));

  @Test
  void aFileIsReadAgainIfItOrAnotherOfItsFilesHasChanged() throws IOException {
    Path file = Files.writeString(folder.resolve("model"), "one");
    Path data = Files.writeString(folder.resolve("data"), " two");
    Text first = cache.get(file, Text::read, later);
    assertThat(cache.get(file, Text::read, later)).isSameAs(first);

    Rewriting.write(data, " 2");
    assertThat(cache.get(file, Text::read, later).text()).isEqualTo("one 2");

    Rewriting.write(file, "1");
    assertThat(cache.get(file, Text::read, later).text()).isEqualTo("1 2");
  }

  @Test
  void aFileOfNowIsReadEachTime() throws IOException {
    Path file = folder.resolve("model");
    Files.writeString(folder.resolve("data"), "");
    for (int i = 0; i < 20; i++) {
      Files.writeString(file, String.valueOf(i % 10));
      assertThat(cache.get(file, Text::read).text()).isEqualTo(String.valueOf(i % 10));
    }
  }

  @Test
  void theFileThatWasAskedForFirstIsForgottenFirst() throws IOException {
    Files.writeString(folder.resolve("data"), "");
    Text first = cache.get(Files.writeString(folder.resolve("0"), "0"), Text::read, later);
    for (int i = 1; i <= 2; i++) {
      cache.get(Files.writeString(folder.resolve("" + i), "" + i), Text::read, later);
    }
    assertThat(cache.get(folder.resolve("0"), Text::read, later))
        .isEqualTo(first)
        .isNotSameAs(first);
  }

  /** As on Windows. */
  @Test
  void aFileWithoutATimeThatNoProgramSetsIsReadEachTime() throws IOException {
    try (FileSystem zip =
        FileSystems.newFileSystem(folder.resolve("files.zip"), Map.of("create", "true"))) {
      Path file = Files.writeString(zip.getPath("model"), "one");
      Files.writeString(zip.getPath("data"), "");
      assertThat(cache.get(file, Text::read, later))
          .isNotSameAs(cache.get(file, Text::read, later));
    }
  }
}
