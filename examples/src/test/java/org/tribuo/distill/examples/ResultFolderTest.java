package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFolderTest {
  @TempDir Path parent;

  @Test
  void leftOversOfAKilledRunAreRemovedAndResultsKept() throws IOException {
    ResultFolder results = new ResultFolder(parent.resolve("a/b"));
    results.prepare();
    Path leftOver =
        Files.writeString(
            results.folder().resolve(".student.onnx.%s.part".formatted(UUID.randomUUID())), "half");
    Path somebodys = Files.writeString(results.folder().resolve(".notes.part"), "mine");
    Files.writeString(results.student(), "whole");

    results.prepare();

    assertThat(leftOver).doesNotExist();
    assertThat(somebodys).hasContent("mine");
    assertThat(results.student()).hasContent("whole");
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
