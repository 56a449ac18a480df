package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFolderTest {
  @TempDir Path parent;

  @Test
  void leftOversOfAKilledRunAreRemovedAndResultsKept() throws IOException {
    ResultFolder results = new ResultFolder(parent.resolve("a/b"));
    results.prepare();
    Path leftOver = Files.writeString(results.folder().resolve(".student.onnx123.part"), "half");
    Files.writeString(results.student(), "whole");

    results.prepare();

    assertThat(leftOver).doesNotExist();
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
