package org.tribuo.distill.input.text;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.HexFormat;

/** Some bytes of a file are not text in the character set that it is read in. */
final class MalformedTextException extends CharacterCodingException {
  private static final long serialVersionUID = 1L;

  private final long line;
  private final String message;

  MalformedTextException(Path file, Charset charset, long line, long offset, byte[] bytes) {
    this.line = line;
    this.message =
        "line %d of %s has the bytes %s at offset %d, which are no %s; state the character set of the file, such as windows-1252 or UTF-16LE"
            .formatted(
                line,
                file,
                HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes),
                offset,
                charset);
  }

  /** The line of the file with those bytes, counted from 1. */
  public long line() {
    return line;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
