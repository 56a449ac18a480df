package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.file.FolderLock;

class ResultFolderTest {
  @TempDir Path parent;

  @Test
  void leftOversOfAKilledRunAreRemovedAndResultsKept() throws IOException {
    ResultFolder results = new ResultFolder(parent.resolve("a/b"));
    results.prepare().close();
    Path leftOver =
        Files.writeString(
            results.folder().resolve(".student.onnx.%s.part".formatted(UUID.randomUUID())), "half");
    Path somebodys = Files.writeString(results.folder().resolve(".notes.part"), "mine");
    Files.writeString(results.student(), "whole");

    results.prepare().close();

    assertThat(leftOver).doesNotExist();
    assertThat(somebodys).hasContent("mine");
    assertThat(results.student()).hasContent("whole");
  }

  @Test
  void twoRunsMayNotShareAFolder() throws IOException {
    ResultFolder results = new ResultFolder(parent);
    Path part = parent.resolve(".student.onnx.%s.part".formatted(UUID.randomUUID()));
    try (FolderLock first = results.prepare()) {
      assertThat(first).isNotNull();
      Files.writeString(part, "the first run is writing");

      assertThatThrownBy(results::prepare)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(parent.toString())
          .hasMessageContaining("writes into this folder; wait for it, or name another folder");
      assertThat(part).exists();
    }
  }

  @Test
  void aPretrainedModelThatWasDamagedIsUnpackedAgain() throws IOException {
    Path file = Pretrained.MINI_LM.tokenizerIn(parent);
    byte[] whole = Files.readAllBytes(file);
    byte[] damaged = whole.clone();
    damaged[whole.length / 2] ^= 1;
    Files.write(file, damaged);

    assertThat(Pretrained.MINI_LM.tokenizerIn(parent)).hasBinaryContent(whole);
  }

  @Test
  void aPretrainedModelIsUnpackedOnce() throws IOException {
    Path first = Pretrained.MINI_LM.tokenizerIn(parent);
    Files.setLastModifiedTime(first, FileTime.fromMillis(0));

    Path second = Pretrained.MINI_LM.tokenizerIn(parent);

    assertThat(second).isEqualTo(first).isNotEmptyFile();
    assertThat(Files.getLastModifiedTime(second).toMillis()).isZero();
  }
}
