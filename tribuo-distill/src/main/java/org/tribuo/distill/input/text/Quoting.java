package org.tribuo.distill.input.text;

/** What a quotation mark at the start of a cell means. */
public enum Quoting {
  /**
   * Found out. Cells between commas, semicolons or bars are quoted where they begin with a
   * quotation mark. Between tabs quotation marks are letters if each line has as many cells as the
   * header then, unless all cells that have any are whole quotations.
   */
  AUTO,
  /** A cell may be quoted, as in RFC 4180: it may then hold separators and line breaks. */
  DOUBLE_QUOTES,
  /** Quotation marks are letters, and each line is a row. */
  NONE
}
