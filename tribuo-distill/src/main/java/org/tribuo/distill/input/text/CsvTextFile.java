package org.tribuo.distill.input.text;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** A file of rows with a header, read in a format that is stated or found out. */
final class CsvTextFile {
  /** In the place of a quotation mark where there is none: a character that no text has. */
  private static final char NO_QUOTE = '\uFFFF';

  private final TextFile file;
  private final CsvFormat format;
  private final List<String> columns;

  private CsvTextFile(TextFile file, CsvFormat format, List<String> columns) {
    this.file = file;
    this.format = format;
    this.columns = columns;
  }

  /**
   * Finds out what is not stated.
   *
   * @param wanted the columns that are to be read: the separator is the first usual one with which
   *     the header has most of them, or the comma
   * @throws IllegalArgumentException if there is no header, or it is malformed
   * @throws IOException if the file cannot be read
   */
  static CsvTextFile open(
      TextFile file,
      Optional<Character> separator,
      CsvFormat.Quoting quoting,
      Collection<String> wanted)
      throws IOException {
    try {
      char chosen = separator.isPresent() ? separator.get() : separatorFor(file, quoting, wanted);
      boolean quoted =
          switch (quoting) {
            case DOUBLE_QUOTES -> true;
            case NONE -> false;
            case AUTO -> chosen != '\t' || !quotesAreLetters(file);
          };
      CsvFormat format = new CsvFormat(chosen, quoted, file.charset());
      List<String> columns = header(file, format);
      if (columns.stream().anyMatch(TextFile::hasNul)) {
        throw new IllegalArgumentException(
            "the first row, of column names, has the character NUL; %s".formatted(TextFile.IF_NUL));
      }
      return new CsvTextFile(file, format, columns);
    } catch (MalformedTextException e) {
      char likely = separator.orElse(Separators.USUAL[0]);
      throw withRow(
          e, file, new CsvFormat(likely, quoting != CsvFormat.Quoting.NONE, file.charset()));
    }
  }

  private static char separatorFor(
      TextFile file, CsvFormat.Quoting quoting, Collection<String> wanted) throws IOException {
    char best = Separators.USUAL[0];
    long most = 0;
    for (char separator : Separators.USUAL) {
      CsvFormat format =
          new CsvFormat(separator, quoting != CsvFormat.Quoting.NONE, file.charset());
      long there = columnsThere(file, format, wanted);
      if (there > most) {
        best = separator;
        most = there;
      }
    }
    return best;
  }

  private static long columnsThere(TextFile file, CsvFormat format, Collection<String> wanted)
      throws IOException {
    try {
      List<String> columns = header(file, format);
      return wanted.stream().distinct().filter(columns::contains).count();
    } catch (IllegalArgumentException e) {
      return 0;
    }
  }

  private static List<String> header(TextFile file, CsvFormat format) throws IOException {
    try (Rows rows = new Rows(file.open(), format)) {
      if (!rows.hasNext()) {
        throw new IllegalArgumentException("it is empty, expected a first row of column names");
      }
      return rows.next().getFields();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (CsvParseException e) {
      throw new IllegalArgumentException(
          "the first row, of column names, is malformed: %s".formatted(e.getMessage()), e);
    }
  }

  /** What {@link CsvFormat.Quoting#AUTO} finds of cells between tabs. */
  private static boolean quotesAreLetters(TextFile file) throws IOException {
    boolean any = false;
    boolean allWhole = true;
    try (Rows rows = new Rows(file.open(), new CsvFormat('\t', false, file.charset()))) {
      int width = rows.hasNext() ? rows.next().getFieldCount() : 0;
      while (rows.hasNext()) {
        CsvRecord row = rows.next();
        if (row.getFieldCount() != width) {
          return false;
        }
        for (String cell : row.getFields()) {
          any |= cell.indexOf('"') >= 0;
          allWhole &= cell.indexOf('"') < 0 || isWholeQuotation(cell);
        }
      }
      return !(any && allWhole);
    } catch (CsvParseException e) {
      return false;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isWholeQuotation(String cell) {
    return cell.length() > 1
        && cell.startsWith("\"")
        && cell.endsWith("\"")
        && cell.substring(1, cell.length() - 1).replace("\"\"", "").indexOf('"') < 0;
  }

  CsvFormat format() {
    return format;
  }

  List<String> columns() {
    return columns;
  }

  /**
   * Reads all rows.
   *
   * @param pairColumn empty if there are no pairs
   * @throws IllegalArgumentException if a row is malformed, has more or fewer cells than the
   *     header, or some but not all of its labels; the message says which
   * @throws IOException if the file cannot be read, or some bytes are not text
   */
  List<CsvText> read(String textColumn, Optional<String> pairColumn, List<String> labelColumns)
      throws IOException {
    int text = columns.indexOf(textColumn);
    int pair = pairColumn.map(columns::indexOf).orElse(-1);
    int[] labels = labelColumns.stream().mapToInt(columns::indexOf).toArray();
    List<CsvText> texts = new ArrayList<>();
    try (Rows rows = new Rows(file.open(), format)) {
      rows.next();
      while (rows.hasNext()) {
        CsvRecord cells = rows.next();
        check(cells, texts.size());
        List<String> labelCells = new ArrayList<>(labels.length);
        for (int column : labels) {
          labelCells.add(cells.getField(column).strip());
        }
        checkAllOrNone(labelColumns, labelCells, texts.size(), cells.getStartingLineNumber());
        texts.add(
            new CsvText(
                cells.getStartingLineNumber(),
                cells.getField(text),
                pair < 0 ? "" : cells.getField(pair),
                List.copyOf(labelCells)));
      }
      return texts;
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof MalformedTextException malformed
          ? withRow(malformed, file, format)
          : e.getCause();
    } catch (CsvParseException e) {
      throw new IllegalArgumentException(
          "row %d is malformed: %s%s".formatted(texts.size(), e.getMessage(), ifLetters()), e);
    }
  }

  private String ifLetters() {
    return format.quoted()
        ? "; close the quotation there, or set quoting to NONE if quotation marks are letters in this"
            + " file"
        : "";
  }

  private void check(CsvRecord cells, int row) {
    if (cells.getFieldCount() != columns.size()) {
      throw new IllegalArgumentException(
          "row %d (line %d) has %d cells, but the header has %d columns; is its text quoted, and the file %s?"
              .formatted(
                  row,
                  cells.getStartingLineNumber(),
                  cells.getFieldCount(),
                  columns.size(),
                  format));
    }
    for (int column = 0; column < columns.size(); column++) {
      if (TextFile.hasNul(cells.getField(column))) {
        throw new IllegalArgumentException(
            "row %d (line %d) has the character NUL in column '%s'; %s"
                .formatted(
                    row, cells.getStartingLineNumber(), columns.get(column), TextFile.IF_NUL));
      }
    }
  }

  private static void checkAllOrNone(
      List<String> columns, List<String> labels, int row, long line) {
    long empty = labels.stream().filter(String::isEmpty).count();
    if (empty != 0 && empty != labels.size()) {
      throw new IllegalArgumentException(
          "row %d (line %d) has only some of its labels: %s are %s, expected all or none"
              .formatted(row, line, columns, labels));
    }
  }

  /** A reader is ahead of the rows that it gives, so the row of a line is looked up. */
  private static IOException withRow(MalformedTextException e, TextFile file, CsvFormat format)
      throws IOException {
    int records = 0;
    try (Rows rows = new Rows(file.openReplacing(), format)) {
      while (rows.hasNext() && rows.next().getStartingLineNumber() <= e.line()) {
        records++;
      }
    } catch (CsvParseException unclosed) {
      records++;
    }
    String where = records < 2 ? "the first row, of column names" : "row " + (records - 2);
    return new IOException("%s: %s".formatted(where, e.getMessage()), e);
  }

  /** The rows of a file, the header among them. */
  private static final class Rows implements AutoCloseable {
    private final CsvReader<CsvRecord> reader;
    private final Iterator<CsvRecord> rows;

    Rows(Reader text, CsvFormat format) {
      reader =
          CsvReader.builder()
              .fieldSeparator(format.separator())
              .quoteCharacter(format.quoted() ? '"' : NO_QUOTE)
              .allowUnclosedQuote(false)
              .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
              .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
              .ofCsvRecord(text);
      rows = reader.iterator();
    }

    boolean hasNext() {
      return rows.hasNext();
    }

    CsvRecord next() {
      return rows.next();
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
