package org.tribuo.distill.input.text;

import java.nio.charset.Charset;

/**
 * How a file of rows was read, whether that was stated or found out.
 *
 * @param separator the character between two cells
 * @param quoted whether a cell may be quoted, as in RFC 4180
 * @param charset how its characters are encoded
 */
record CsvFormat(char separator, boolean quoted, Charset charset) {
  /** In words, such as {@code tab-separated, quotation marks are letters, UTF-8}. */
  @Override
  public String toString() {
    return "%s-separated, %s, %s"
        .formatted(
            Separators.name(separator),
            quoted ? "cells may be quoted" : "quotation marks are letters",
            charset);
  }
}
