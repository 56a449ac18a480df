package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.engine.internal.ort.NativeLibraries.LibraryFile;
import org.tribuo.distill.file.FolderLock;

/**
 * The folder from which ONNX Runtime loads its native libraries. It is filled once for each content
 * and then found again. Of several JVMs one fills it, and the others wait. A file is written under
 * a name of its own and then moved into place; what is already there is used only if its SHA-256 is
 * right, and if no other user can have written it.
 */
final class NativeFolder {
  /** The system property that says below which folder the libraries are extracted. */
  static final String ROOT_PROPERTY = "tribuo.distill.native.dir";

  /** More than writing the libraries takes. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

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
      make(folder);
      ExtractedLibraries extracted = new ExtractedLibraries(libraries.files(), folder);
      if (!extracted.areWhole() || extracted.hasParts()) {
        fill(extracted);
      }
      return folder;
    } catch (IOException e) {
      throw new RuntimeUnavailableException(
          "Cannot provide native libraries in "
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
    return libraries.classifier() + "-" + HexFormat.of().toHexDigits((int) content.getValue());
  }

  private static void make(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      Trust.establish(folder);
    }
    Trust.check(folder);
  }

  private static void fill(ExtractedLibraries extracted) throws IOException {
    Optional<FolderLock> alone = lock(extracted.folder());
    try {
      if (alone.isPresent()) {
        extracted.removeParts();
      }
      if (!extracted.areWhole()) {
        extracted.extract();
      }
    } finally {
      if (alone.isPresent()) {
        alone.get().close();
      }
    }
  }

  /** None where there are no locks, or whoever has it does not come to an end. */
  private static Optional<FolderLock> lock(Path folder) {
    try {
      return FolderLock.await(folder, PATIENCE);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static long megabytes(NativeLibraries libraries) {
    return libraries.files().stream().mapToLong(file -> file.checksum().bytes()).sum() / 1_000_000
        + 1;
  }
}
