package org.tribuo.distill.input.internal.text;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.reader.NamedCsvRecordHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import org.tribuo.distill.input.text.TextFile;

/**
 * How a table is read whose columns have names, and whose cells may be quoted as RFC 4180 has them.
 *
 * @param separator between cells
 * @param header the names of all columns, in order; empty if the first row has them
 */
public record TableFormat(char separator, List<String> header) {
  public TableFormat {
    header = List.copyOf(header);
  }

  /** Columns between commas, if the name of the file ends in {@code .csv}, else between tabs. */
  public static TableFormat of(TextFile file, List<String> header) {
    return new TableFormat(file.path().toString().endsWith(".csv") ? ',' : '\t', header);
  }

  /**
   * Reads the rows of a file, one after the other.
   *
   * @param each takes them, and may refuse one
   * @throws IllegalArgumentException if a row has more or fewer cells than there are columns, a
   *     quote is not closed, or there is the character NUL; the message says where
   * @throws IOException if it cannot be read
   */
  public void read(TextFile file, Consumer<NamedCsvRecord> each) throws IOException {
    NamedCsvRecordHandler named =
        NamedCsvRecordHandler.of(
            handler -> {
              handler.allowDuplicateHeaderFields(true);
              if (!header.isEmpty()) {
                handler.header(header);
              }
            });
    try (CsvReader<NamedCsvRecord> rows =
        CsvReader.builder()
            .fieldSeparator(separator)
            .allowUnclosedQuote(false)
            .allowMissingFields(true)
            .allowExtraFields(true)
            .build(named, file.open())) {
      for (NamedCsvRecord row : rows) {
        check(row);
        each.accept(row);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (CsvParseException e) {
      throw new IllegalArgumentException("it is malformed: " + e.getMessage(), e);
    }
  }

  private static void check(NamedCsvRecord row) {
    if (row.getFieldCount() != row.getHeader().size()) {
      throw new IllegalArgumentException(
          "line %d has %d cells, expected one for each of %s"
              .formatted(row.getStartingLineNumber(), row.getFieldCount(), row.getHeader()));
    }
    if (row.getFields().stream().anyMatch(cell -> cell.indexOf('\0') >= 0)) {
      throw new IllegalArgumentException(
          "line %d has the character NUL; is the file damaged, or in UTF-16 without a byte order mark?"
              .formatted(row.getStartingLineNumber()));
    }
  }

  /**
   * The cell of a row in a column.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  public static String cell(NamedCsvRecord row, String column) {
    return row.findField(column)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no column '%s', expected it among %s"
                        .formatted(column, row.getHeader())));
  }
}
