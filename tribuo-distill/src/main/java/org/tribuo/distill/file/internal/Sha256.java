package org.tribuo.distill.file.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** SHA-256 digests as 64 lower-case hexadecimal digits. */
public final class Sha256 {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  private Sha256() {}

  /** The digest of some bytes. */
  public static String ofBytes(byte[] bytes) {
    return hex(newDigest().digest(bytes));
  }

  /** The digest of a file's bytes, as {@code sha256sum} prints it. */
  public static String ofFile(Path file) throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return hex(digest.digest());
  }

  /** The digest, 32 bytes, of all bytes of some buffers, one after the other. */
  public static byte[] digest(Iterable<ByteBuffer> buffers) {
    MessageDigest digest = newDigest();
    buffers.forEach(digest::update);
    return digest.digest();
  }

  /** Bytes as hexadecimal digits. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** The digest of a list of texts; where one ends and the next begins counts. */
  public static String ofParts(List<String> parts) {
    MessageDigest digest = newDigest();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    return hex(digest.digest());
  }

  /**
   * The value, after a look at its form.
   *
   * @param what whose digest it is, for the message
   * @throws IllegalArgumentException if {@code value} is not 64 lower-case hexadecimal digits
   */
  public static String check(String what, String value) {
    if (!HEX.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "The SHA-256 of %s is '%s', expected 64 lower-case hexadecimal digits"
              .formatted(what, value));
    }
    return value;
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
