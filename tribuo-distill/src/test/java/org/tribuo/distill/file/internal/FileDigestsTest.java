package org.tribuo.distill.file.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil.HashType;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDigestsTest {
  @TempDir Path folder;

  @Test
  void aFileIsReadAgainIfItHasChanged() throws IOException {
    Path file = Files.writeString(folder.resolve("model"), "one");
    FileTime modified = Files.getLastModifiedTime(file);
    Instant later = Instant.now().plusSeconds(10);
    String one = FileDigests.sha256(file, later);
    assertThat(one).isEqualTo(Sha256.ofFile(file)).isSameAs(FileDigests.sha256(file, later));

    Rewriting.write(file, "two");
    Files.setLastModifiedTime(file, modified);
    assertThat(FileDigests.sha256(file, later)).isEqualTo(Sha256.ofFile(file)).isNotEqualTo(one);
  }

  /** As on Windows: what replaces a file by a copy with its times would be taken for it. */
  @Test
  void aFileWithoutATimeThatNoProgramSetsIsReadEachTime() throws IOException {
    Instant later = Instant.now().plusSeconds(10);
    try (FileSystem zip =
        FileSystems.newFileSystem(folder.resolve("files.zip"), Map.of("create", "true"))) {
      Path file = Files.writeString(zip.getPath("model"), "one");
      FileTime modified = Files.getLastModifiedTime(file);
      String one = FileDigests.sha256(file, later);

      Files.writeString(file, "two");
      Files.setLastModifiedTime(file, modified);
      assertThat(FileDigests.sha256(file, later)).isEqualTo(Sha256.ofFile(file)).isNotEqualTo(one);
    }
  }

  @Test
  void aFileOfNowIsReadEachTime() throws IOException {
    Path file = folder.resolve("model");
    for (int i = 0; i < 20; i++) {
      Files.writeString(file, String.valueOf(i % 10));
      assertThat(FileDigests.sha256(file)).isEqualTo(Sha256.ofFile(file));
    }
  }

  @Test
  void itIsTheOneOfProvenances() throws IOException {
    Path file = Files.writeString(folder.resolve("model"), "text");

    assertThat(FileDigests.sha256(file).toUpperCase(Locale.ROOT))
        .isEqualTo(ProvenanceUtil.hashResource(HashType.SHA256, file));
  }
}
