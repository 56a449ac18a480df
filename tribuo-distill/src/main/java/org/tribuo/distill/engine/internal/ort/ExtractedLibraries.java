package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.tribuo.distill.engine.internal.ort.NativeLibraries.LibraryFile;

/**
 * Libraries in a folder, with a file of their SHA-256 as {@code sha256sum} writes and checks it. A
 * library is used only if it has its digest, and if only this user and the administrator can have
 * written it.
 *
 * @param libraries what is to be there
 * @param folder where
 */
record ExtractedLibraries(List<LibraryFile> libraries, Path folder) {
  private static final String DIGESTS = "SHA256SUMS";
  private static final String SEPARATOR = "  ";
  private static final Pattern PARTS = Pattern.compile("\\..+\\.[-0-9a-f]{36}\\.part");

  /**
   * Whether all are there, whole.
   *
   * @throws IOException if others can write them, or something cannot be read
   */
  boolean areWhole() throws IOException {
    Map<String, String> digests = digests();
    for (LibraryFile library : libraries) {
      if (!isWhole(library, digests)) {
        return false;
      }
    }
    return true;
  }

  private boolean isWhole(LibraryFile library, Map<String, String> digests) throws IOException {
    Path file = file(library);
    String digest = digests.get(library.fileName());
    if (digest == null || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Trust.check(file);
    return Files.size(file) == library.checksum().bytes() && sha256(file).equals(digest);
  }

  private Map<String, String> digests() throws IOException {
    Path file = folder.resolve(DIGESTS);
    Map<String, String> digests = new TreeMap<>();
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      Trust.check(file);
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        String[] columns = line.split(SEPARATOR, 2);
        if (columns.length == 2) {
          digests.put(columns[1], columns[0]);
        }
      }
    }
    return digests;
  }

  /** Writes those that are not there or not whole. */
  void extract() throws IOException {
    Map<String, String> digests = digests();
    for (LibraryFile library : libraries) {
      if (!isWhole(library, digests)) {
        digests.put(library.fileName(), extract(library));
      }
    }
    List<String> lines = new ArrayList<>();
    digests.forEach((name, digest) -> lines.add(digest + SEPARATOR + name));
    Path part = part(DIGESTS);
    try {
      Files.write(part, lines, StandardCharsets.UTF_8);
      Trust.establish(part);
      Files.move(part, folder.resolve(DIGESTS), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Writes one and returns its digest. */
  private String extract(LibraryFile library) throws IOException {
    Path part = part(library.fileName());
    try {
      MessageDigest read = newDigest();
      try (InputStream in = new DigestInputStream(library.source().openStream(), read)) {
        Files.copy(in, part);
      }
      String digest = HexFormat.of().formatHex(read.digest());
      if (!library.checksum().matches(part) || !sha256(part).equals(digest)) {
        throw new IOException("what was written to " + part + " is not what was read");
      }
      Trust.establish(part);
      moveIntoPlace(part, file(library), digest);
      return digest;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Windows refuses to replace a library that another JVM, which was faster, has loaded. */
  private static void moveIntoPlace(Path part, Path target, String digest) throws IOException {
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isRegularFile(target) || !sha256(target).equals(digest)) {
        throw e;
      }
    }
  }

  /** Whether a process is writing here, or was killed while it did. */
  boolean hasParts() throws IOException {
    return !parts().isEmpty();
  }

  /** Removes what killed processes have left. Not to be called while a process writes here. */
  void removeParts() throws IOException {
    for (Path part : parts()) {
      Files.deleteIfExists(part);
    }
  }

  private List<Path> parts() throws IOException {
    List<Path> parts = new ArrayList<>();
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(
            folder, file -> PARTS.matcher(file.getFileName().toString()).matches())) {
      found.forEach(parts::add);
    }
    return parts;
  }

  private Path file(LibraryFile library) {
    return folder.resolve(library.fileName());
  }

  private Path part(String name) {
    return folder.resolve("." + name + "." + UUID.randomUUID() + ".part");
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
