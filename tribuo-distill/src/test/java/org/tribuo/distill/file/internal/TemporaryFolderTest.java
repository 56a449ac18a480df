package org.tribuo.distill.file.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.file.FolderLock;

class TemporaryFolderTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(Duration.ofHours(1)));

  @TempDir Path parent;

  @Test
  void itGoesWithItsContent() throws IOException {
    Path path;
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      path = folder.path();
      Files.writeString(path.resolve("checkpoint"), "weights");
      Path inner = Files.createDirectory(path.resolve("store"));
      Files.writeString(inner.resolve("targets"), "numbers");
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void whatAKilledProcessLeftIsDeleted() throws IOException {
    Path left = folder("tribuo-distill-training-1", LONG_AGO);

    TemporaryFolder.sweep(parent, Files.getOwner(parent));

    assertThat(left).doesNotExist();
  }

  @Test
  void whatSomebodyHoldsOrHasJustMadeOrOwnsIsKept() throws IOException {
    Path held = folder("tribuo-distill-training-1", LONG_AGO);
    Path young = folder("tribuo-distill-training-2", FileTime.from(Instant.now()));
    Path somebodys = folder("notes", LONG_AGO);
    try (FolderLock lock = FolderLock.take(held)) {
      assertThat(lock).isNotNull();
      Files.setLastModifiedTime(held, LONG_AGO);

      TemporaryFolder.sweep(parent, Files.getOwner(parent));
    }
    assertThat(held).isNotEmptyDirectory();
    assertThat(young).isNotEmptyDirectory();
    assertThat(somebodys).isNotEmptyDirectory();
  }

  private Path folder(String name, FileTime lastModified) throws IOException {
    Path folder = Files.createDirectory(parent.resolve(name));
    Files.writeString(folder.resolve("checkpoint"), "weights");
    return Files.setLastModifiedTime(folder, lastModified);
  }
}
