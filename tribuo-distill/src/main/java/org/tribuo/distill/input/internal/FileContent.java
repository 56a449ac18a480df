package org.tribuo.distill.input.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tribuo.distill.file.internal.Sha256;

/** A file of a data source, with all that is in it. Immutable and safe for many threads. */
public final class FileContent {
  private final Path path;
  private final byte[] content;

  private FileContent(Path path, byte[] content) {
    this.path = path;
    this.content = content;
  }

  /**
   * Reads a file.
   *
   * @param expected what it should be, for messages, such as {@code an image}
   * @throws IllegalArgumentException if there is no such file, or it is empty
   * @throws IOException if it cannot be read
   */
  public static FileContent read(Path path, String expected) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          "There is no file %s, expected %s".formatted(path, expected));
    }
    byte[] content = Files.readAllBytes(path);
    if (content.length == 0) {
      throw new IllegalArgumentException(
          "The file %s is empty, expected %s".formatted(path, expected));
    }
    return new FileContent(path, content);
  }

  public Path path() {
    return path;
  }

  /** The content from its start. */
  public InputStream stream() {
    return new ByteArrayInputStream(content);
  }

  /** The SHA-256 of the content, as lower-case hexadecimal digits. */
  public String sha256() {
    return Sha256.ofBytes(content);
  }

  /**
   * Checks that the content is what it was.
   *
   * @param expected the SHA-256 that it had
   * @throws IllegalArgumentException if it is not; the message names the file
   */
  public void checkIs(String expected) {
    String found = sha256();
    if (!found.equals(expected)) {
      throw new IllegalArgumentException(
          "The file %s is another one than when the data source was made: its SHA-256 is %s, expected %s"
              .formatted(path, found, expected));
    }
  }
}
