package org.tribuo.distill.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tribuo.data.csv.CSVIterator;

/** A CSV file with a header row, read by Tribuo's own reader. */
final class CsvTextFile implements AutoCloseable {
  private final CSVIterator rows;

  /**
   * @throws IllegalArgumentException if there is no header row
   */
  CsvTextFile(Path file, char separator) throws IOException {
    if (Files.size(file) == 0) {
      throw new IllegalArgumentException("it is empty, expected a first row of column names");
    }
    rows = new CSVIterator(Files.newBufferedReader(file), separator, CSVIterator.QUOTE);
  }

  List<String> columns() {
    return rows.getFields();
  }

  /**
   * Reads the rows that are left.
   *
   * @param pairColumn empty if there are no pairs
   * @throws IllegalArgumentException if a row is malformed, or has some but not all of its labels,
   *     or there is no such column
   */
  List<CsvText> read(String textColumn, String pairColumn, List<String> labelColumns) {
    List<CsvText> texts = new ArrayList<>();
    while (rows.hasNext()) {
      Map<String, String> cells = rows.next().getRowData();
      List<String> labels =
          labelColumns.stream().map(column -> cell(cells, column).strip()).toList();
      long empty = labels.stream().filter(String::isEmpty).count();
      if (empty != 0 && empty != labels.size()) {
        throw new IllegalArgumentException(
            "row %d has only some of its labels: %s are %s, expected all or none"
                .formatted(texts.size(), labelColumns, labels));
      }
      String pair = pairColumn.isEmpty() ? "" : cell(cells, pairColumn);
      texts.add(new CsvText(cell(cells, textColumn), pair, labels));
    }
    return texts;
  }

  private static String cell(Map<String, String> cells, String column) {
    String cell = cells.get(column);
    if (cell == null) {
      throw new IllegalArgumentException("it has no column '%s'".formatted(column));
    }
    return cell;
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
