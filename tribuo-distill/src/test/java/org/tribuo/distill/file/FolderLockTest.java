package org.tribuo.distill.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  @TempDir Path folder;

  /** Holds the lock of a folder until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      FolderLock lock = FolderLock.take(Path.of(arguments[0]));
      System.out.println("held");
      System.in.read();
      lock.close();
    }
  }

  @Test
  void anotherProcessIsNamedAndItsDeathFreesTheFolder() throws Exception {
    Process holder = holder();
    try (BufferedReader output = holder.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("held");

      assertThatThrownBy(() -> FolderLock.take(folder))
          .isInstanceOf(FileSystemException.class)
          .hasMessage(
              "%s: Process %d writes into this folder; wait for it, or name another folder"
                  .formatted(folder, holder.pid()));
      assertThat(FolderLock.await(folder, Duration.ofMillis(50))).isEmpty();
    } finally {
      holder.destroyForcibly();
    }
    assertThat(holder.waitFor(10, TimeUnit.SECONDS)).isTrue();
    FolderLock.take(folder).close();
  }

  @Test
  void oneProgramMayNotTakeAFolderTwice() throws IOException {
    try (FolderLock first = FolderLock.take(folder)) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> FolderLock.take(folder.resolve(".")))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("Another part of this program writes into this folder");
      assertThat(FolderLock.tryTake(folder)).isEmpty();
    }
    FolderLock again = FolderLock.take(folder);
    again.close();
    again.close();
    FolderLock.take(folder).close();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLinkInPlaceOfTheLockFileIsNotFollowed() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "precious");
    Path trap = Files.createDirectory(folder.resolve("trap"));
    Files.createSymbolicLink(trap.resolve(FolderLock.FILE), victim);

    assertThatThrownBy(() -> FolderLock.take(trap)).isInstanceOf(IOException.class);
    assertThat(victim).hasContent("precious");
  }

  private Process holder() throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                folder.toString()))
        .start();
  }
}
