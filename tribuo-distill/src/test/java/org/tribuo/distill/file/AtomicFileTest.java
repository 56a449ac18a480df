package org.tribuo.distill.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void aFailureKeepsTheOldFileAndLeavesNothingBehind() throws IOException {
    Path file = folder.resolve("weights");
    Files.writeString(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.writeStream(
                    file,
                    stream -> {
                      stream.write(new byte[100_000]);
                      throw new IOException("No space left on device");
                    }))
        .hasMessage("'%s' cannot be written: No space left on device", file);
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("weights");
  }

  @Test
  void aNewFileTakesTheOldOnesPlace() throws IOException {
    Path file = folder.resolve("weights");
    Files.writeString(file, "old and longer");
    AtomicFile.writeStream(file, stream -> stream.write("new".getBytes(UTF_8)));
    assertThat(file).hasContent("new");
    assertThat(names()).containsExactly("weights");
  }

  @Test
  void onlyWhatAKilledProcessLeftIsRemoved() throws IOException {
    Files.writeString(folder.resolve("weights"), "whole");
    Files.writeString(folder.resolve(".notes.part"), "somebody's own");
    Files.writeString(folder.resolve(".notes.of-may.part"), "somebody's own");
    Path kept = Files.createDirectory(folder.resolve("kept"));
    AtomicFile.writeStream(
        folder.resolve("weights"),
        stream -> {
          for (String half : names()) {
            if (half.startsWith(".weights")) {
              Files.copy(folder.resolve(half), kept.resolve(half));
            }
          }
        });
    assertThat(kept).isNotEmptyDirectory();

    AtomicFile.removeParts(kept);
    AtomicFile.removeParts(folder);

    assertThat(kept).isEmptyDirectory();
    assertThat(names())
        .containsExactlyInAnyOrder("weights", ".notes.part", ".notes.of-may.part", "kept");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path file = folder.resolve("none").resolve("weights");
    assertThatThrownBy(() -> AtomicFile.writeStream(file, stream -> stream.write(1)))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("There is no folder '" + folder.resolve("none") + "' to write into");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whoMayReadItIsWhatFilesUsuallyHave() throws IOException {
    Path usual = Files.createFile(folder.resolve("usual"));
    Path file = folder.resolve("weights");
    AtomicFile.writeStream(file, stream -> stream.write(1));
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(usual));
  }
}
