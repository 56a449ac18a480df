package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A file's size and CRC-32: enough to tell a complete file from a truncated or an older one. A jar
 * knows them without being unpacked.
 *
 * @param bytes the size, in bytes
 * @param crc32 the CRC-32 of the content
 */
record Checksum(long bytes, long crc32) {

  static Checksum of(URL resource) throws IOException {
    URLConnection connection = resource.openConnection();
    if (connection instanceof JarURLConnection jar) {
      JarEntry entry = jar.getJarEntry();
      if (entry.getSize() >= 0 && entry.getCrc() >= 0) {
        return new Checksum(entry.getSize(), entry.getCrc());
      }
    }
    try (InputStream in = connection.getInputStream()) {
      return of(in);
    }
  }

  static Checksum of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return of(in);
    }
  }

  private static Checksum of(InputStream in) throws IOException {
    CheckedInputStream checked = new CheckedInputStream(in, new CRC32());
    long bytes = checked.transferTo(OutputStream.nullOutputStream());
    return new Checksum(bytes, checked.getChecksum().getValue());
  }

  /** Whether a regular file with this content is there; a read error counts as no. */
  boolean matches(Path file) {
    try {
      return Files.isRegularFile(file) && Files.size(file) == bytes && of(file).equals(this);
    } catch (IOException e) {
      return false;
    }
  }
}
