package org.tribuo.distill.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32;
import org.tribuo.distill.runtime.NativeLibraries.LibraryFile;

/**
 * The folder from which ONNX Runtime loads its native libraries. It is filled once for each content
 * and then found again. Any number of JVMs may fill it at the same time: a file is written under a
 * name of its own and then moved into place, and what is already there is used only if its size and
 * checksum are right.
 */
final class NativeFolder {
  /** The system property that says below which folder the libraries are extracted. */
  static final String ROOT_PROPERTY = "tribuo.distill.native.dir";

  private NativeFolder() {}

  /**
   * The folder below which libraries are extracted: the system property {@value #ROOT_PROPERTY}, or
   * else a folder in the user's own cache.
   */
  static Path root() {
    String configured = System.getProperty(ROOT_PROPERTY, "");
    return configured.isBlank()
        ? userCache(System.getProperty("os.name", ""), System.getenv())
            .resolve("tribuo-distill")
            .resolve("native")
        : Path.of(configured).toAbsolutePath();
  }

  /** Where the operating system keeps what a user's programs can make again. */
  static Path userCache(String osName, Map<String, String> environment) {
    Path home = Path.of(System.getProperty("user.home", ".")).toAbsolutePath();
    String os = osName.toLowerCase(Locale.ROOT);
    if (os.startsWith("windows")) {
      String local = environment.getOrDefault("LOCALAPPDATA", "");
      return local.isBlank() ? home.resolve("AppData").resolve("Local") : Path.of(local);
    }
    if (os.startsWith("mac")) {
      return home.resolve("Library").resolve("Caches");
    }
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    return xdg.isBlank() ? home.resolve(".cache") : Path.of(xdg).toAbsolutePath();
  }

  /**
   * Puts the libraries into a folder below {@code root}, or finds them there.
   *
   * @return the folder that holds them all
   * @throws RuntimeUnavailableException if they can be neither found nor written
   */
  static Path provide(NativeLibraries libraries, Path root) {
    Path folder = root.resolve(folderName(libraries));
    try {
      Files.createDirectories(folder);
      for (LibraryFile library : libraries.files()) {
        provide(library, folder.resolve(library.fileName()));
      }
      return folder;
    } catch (IOException e) {
      throw new RuntimeUnavailableException(
          "Cannot extract ONNX Runtime's native libraries to "
              + folder
              + " ("
              + e
              + "). A writable folder with "
              + megabytes(libraries)
              + " MB of space is needed; name another one with -D"
              + ROOT_PROPERTY
              + "=<folder>.",
          e);
    }
  }

  /** The build's name and its content, so that two builds never share a folder. */
  private static String folderName(NativeLibraries libraries) {
    CRC32 content = new CRC32();
    for (LibraryFile library : libraries.files()) {
      String line = library.fileName() + " " + library.checksum() + "\n";
      content.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return String.format("%s-%08x", libraries.classifier(), content.getValue());
  }

  private static void provide(LibraryFile library, Path target) throws IOException {
    Checksum checksum = library.checksum();
    if (checksum.matches(target)) {
      return;
    }
    Path part = target.resolveSibling("." + library.fileName() + "." + UUID.randomUUID() + ".part");
    try {
      try (InputStream in = library.source().openStream()) {
        Files.copy(in, part);
      }
      if (!checksum.matches(part)) {
        throw new IOException("what was written to " + part + " does not have its checksum");
      }
      moveIntoPlace(part, target, checksum);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Windows refuses to replace a library that another JVM, which was faster, has loaded. */
  private static void moveIntoPlace(Path part, Path target, Checksum checksum) throws IOException {
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!checksum.matches(target)) {
        throw e;
      }
    }
  }

  private static long megabytes(NativeLibraries libraries) {
    return libraries.files().stream().mapToLong(file -> file.checksum().bytes()).sum() / 1_000_000
        + 1;
  }
}
