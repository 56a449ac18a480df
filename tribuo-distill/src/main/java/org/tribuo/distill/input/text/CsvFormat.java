package org.tribuo.distill.input.text;

import java.nio.charset.Charset;

/**
 * How a file of rows was read, whether that was stated or found out.
 *
 * @param separator the character between two cells
 * @param quoted whether a cell may be quoted, as in RFC 4180
 * @param charset how its characters are encoded
 */
public record CsvFormat(char separator, boolean quoted, Charset charset) {
  /** What a quotation mark at the start of a cell means. */
  public enum Quoting {
    /**
     * Detected. Cells between commas, semicolons or bars are quoted where they begin with a
     * quotation mark. Between tabs quotation marks are letters if each line has as many cells as
     * the header then, unless all cells that have any are whole quotations.
     */
    AUTO,
    /** A cell may be quoted, as in RFC 4180: it may then hold separators and line breaks. */
    DOUBLE_QUOTES,
    /** Quotation marks are letters, and each line is a row. */
    NONE
  }

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
