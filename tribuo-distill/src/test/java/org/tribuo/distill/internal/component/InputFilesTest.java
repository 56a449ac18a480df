package org.tribuo.distill.internal.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.component.InputFiles;

class InputFilesTest {
  @TempDir Path folder;

  private Path read;
  private InputFiles inputs;

  @BeforeEach
  void provide() throws IOException {
    read = Files.writeString(folder.resolve("read.csv"), "text");
    inputs = InputFiles.of(List.of(read, folder.resolve("not-there.csv")));
  }

  @Test
  void aFileThatIsReadIsRefusedUnderEachOfItsNames() throws IOException {
    Path symbolic = Files.createSymbolicLink(folder.resolve("symbolic.csv"), read);
    Path hard = Files.createLink(folder.resolve("hard.csv"), read);
    Path linkedFolder = Files.createSymbolicLink(folder.resolve("linked"), folder);
    for (Path output :
        List.of(
            read,
            symbolic,
            hard,
            linkedFolder.resolve("read.csv"),
            Files.createDirectory(folder.resolve("sub")).resolve("../read.csv"))) {
      assertThatExceptionOfType(FileSystemException.class)
          .as(output.toString())
          .isThrownBy(() -> inputs.checkOutput(output))
          .withMessageContaining(output.toString())
          .withMessageContaining("would be replaced; name another file")
          .returns(output.toString(), FileSystemException::getFile)
          .returns(read.toString(), FileSystemException::getOtherFile);
      assertThat(inputs.replacedBy(output)).contains(read);
    }
  }

  @Test
  void otherFilesAreNot() throws IOException {
    Path other = Files.writeString(folder.resolve("other.csv"), "text");
    for (Path output : List.of(other, folder.resolve("new.csv"), folder.resolve("not-there.csv"))) {
      assertThatCode(() -> inputs.checkOutput(output)).doesNotThrowAnyException();
    }
    assertThat(inputs.with(other).replacedBy(other)).contains(other);
  }

  @Test
  void aFileMayBeNamedTwice() throws IOException {
    Path other = Files.writeString(folder.resolve("other.csv"), "text");

    assertThat(inputs.with(other, other).with(read).replacedBy(other)).contains(other);
  }
}
