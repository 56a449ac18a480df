package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.engine.internal.ort.NativeLibraries.LibraryFile;

class NativeFolderTest {
  @TempDir Path temporary;
  private Path root;

  @BeforeEach
  void nameARootThatDoesNotExist() {
    root = temporary.resolve("cache").resolve("native");
  }

  @Test
  void allLibrariesLieInOneFolder() throws IOException {
    Path folder = NativeFolder.provide(libraries("core", "binding"), root);

    assertThat(folder.getParent()).isEqualTo(root);
    assertThat(folder.resolve("a.so")).hasContent("core");
    assertThat(folder.resolve("b.so")).hasContent("binding");
    assertThat(namesIn(folder)).containsExactly(".lock", "SHA256SUMS", "a.so", "b.so");
  }

  @Test
  void whatIsThereIsUsedAgain() throws IOException {
    Path library = NativeFolder.provide(libraries("core", "binding"), root).resolve("a.so");
    FileTime longAgo = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(library, longAgo);

    NativeFolder.provide(libraries("core", "binding"), root);

    assertThat(Files.getLastModifiedTime(library)).isEqualTo(longAgo);
  }

  @ParameterizedTest
  @CsvSource({"co", "CORE", "''"})
  void whatIsTruncatedOrDamagedIsReplaced(String damaged) throws IOException {
    Path library = NativeFolder.provide(libraries("core", "binding"), root).resolve("a.so");
    Files.writeString(library, damaged);

    NativeFolder.provide(libraries("core", "binding"), root);

    assertThat(library).hasContent("core");
  }

  @Test
  void whatHasAnotherDigestButTheSameCrcIsReplaced() throws IOException {
    NativeLibraries libraries = libraries("core", "binding");
    Path library = NativeFolder.provide(libraries, root).resolve("a.so");
    byte[] forged = new byte[] {'e', 'v', 'i', 'l'};
    Files.write(library, forged);
    NativeLibraries ofSameCrc =
        new NativeLibraries(
            "any",
            List.of(
                new LibraryFile("a.so", libraries.files().get(0).source(), Checksum.of(library)),
                libraries.files().get(1)));
    assertThat(new ExtractedLibraries(ofSameCrc.files(), library.getParent()).areWhole())
        .as("its CRC-32 is the right one")
        .isFalse();
  }

  @Test
  void whatAKilledJvmLeftIsRemovedUnlessSomebodyWrites() throws IOException {
    Path folder = NativeFolder.provide(libraries("core", "binding"), root);
    Path left =
        Files.writeString(folder.resolve(".a.so.%s.part".formatted(UUID.randomUUID())), "co");
    Path somebodys = Files.writeString(folder.resolve(".notes.part"), "mine");

    NativeFolder.provide(libraries("core", "binding"), root);

    assertThat(left).doesNotExist();
    assertThat(somebodys).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.so", "SHA256SUMS"})
  @DisabledOnOs(OS.WINDOWS)
  void whatOthersMayWriteIsNotLoaded(String name) throws IOException {
    Path folder = NativeFolder.provide(libraries("core", "binding"), root);
    Files.setPosixFilePermissions(
        folder.resolve(name), PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> NativeFolder.provide(libraries("core", "binding"), root))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContaining(folder.resolve(name) + ": others may write it (rwxrwxrwx)")
        .hasMessageEndingWith("name another one with -Dtribuo.distill.native.dir=<folder>.");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whatBelongsToSomebodyElseIsNotLoaded() throws IOException {
    Path folder = NativeFolder.provide(libraries("core", "binding"), root);
    try {
      Files.setAttribute(folder.resolve("a.so"), "unix:uid", 12345);
    } catch (IOException e) {
      assumeTrue(false, "only the administrator gives files away");
    }

    assertThatThrownBy(() -> NativeFolder.provide(libraries("core", "binding"), root))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContaining("a.so: it belongs to 12345");
  }

  @Test
  void anotherBuildGetsAnotherFolder() throws IOException {
    assertThat(NativeFolder.provide(libraries("core", "binding"), root))
        .isNotEqualTo(NativeFolder.provide(libraries("core", "another binding"), root));
  }

  @Test
  void manyThreadsMayExtractAtOnce() throws Exception {
    NativeLibraries libraries = libraries("core".repeat(100_000), "binding".repeat(100_000));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (var folder :
          threads.invokeAll(
              IntStream.range(0, 8)
                  .<Callable<Path>>mapToObj(i -> () -> NativeFolder.provide(libraries, root))
                  .toList())) {
        assertThat(namesIn(folder.get())).contains("a.so", "b.so");
        assertThat(libraries.files().get(0).checksum().matches(folder.get().resolve("a.so")))
            .isTrue();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNamedWithTheWayOut() throws IOException {
    NativeLibraries libraries = libraries("core", "binding");
    Files.writeString(temporary.resolve("cache"), "a file where a folder should be");

    assertThatThrownBy(() -> NativeFolder.provide(libraries, root))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith("Cannot provide native libraries in " + root)
        .hasMessageContaining("A writable folder with 1 MB of space is needed")
        .hasMessageEndingWith("name another one with -Dtribuo.distill.native.dir=<folder>.");
  }

  @Test
  void theRootIsInTheUsersCacheOfTheOperatingSystem() {
    Path home = Path.of(System.getProperty("user.home"));

    assertThat(NativeFolder.userCache("Linux", Map.of())).isEqualTo(home.resolve(".cache"));
    assertThat(NativeFolder.userCache("Linux", Map.of("XDG_CACHE_HOME", temporary.toString())))
        .isEqualTo(temporary);
    assertThat(NativeFolder.userCache("Mac OS X", Map.of()))
        .isEqualTo(home.resolve("Library").resolve("Caches"));
    assertThat(NativeFolder.userCache("Windows 11", Map.of("LOCALAPPDATA", temporary.toString())))
        .isEqualTo(temporary);
  }

  private NativeLibraries libraries(String core, String binding) throws IOException {
    return new NativeLibraries("any", List.of(library("a.so", core), library("b.so", binding)));
  }

  private LibraryFile library(String name, String content) throws IOException {
    Path source = Files.writeString(temporary.resolve(name), content);
    return new LibraryFile(name, source.toUri().toURL(), Checksum.of(source));
  }

  private static List<String> namesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
