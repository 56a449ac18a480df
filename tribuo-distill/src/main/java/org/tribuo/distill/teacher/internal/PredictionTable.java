package org.tribuo.distill.teacher.internal;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.task.internal.LabelOrder;

/**
 * What some teacher has predicted, as a file of comma-separated numbers in UTF-8: the first line
 * names the columns, each other one is an example.
 *
 * @param file where it was read
 * @param labels the names of the columns of numbers
 * @param rows the numbers of each row
 * @param lines the line of each row, counted from 1
 * @param rowOfId the row of each id; empty if no column has ids
 */
public record PredictionTable(
    Path file,
    LabelOrder labels,
    List<double[]> rows,
    List<Long> lines,
    Map<String, Integer> rowOfId) {
  /**
   * Reads a file.
   *
   * @param idColumn the column that names the example of a row, if one does
   * @throws IllegalArgumentException if the file is no such table; the message names the line
   * @throws IOException if it cannot be read
   */
  public static PredictionTable read(Path file, Optional<String> idColumn) throws IOException {
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .detectBomHeader(true)
            .skipEmptyLines(true)
            .allowMissingFields(true)
            .allowExtraFields(true)
            .ofCsvRecord(file)) {
      Reading reading = null;
      for (CsvRecord line : reader) {
        if (reading == null) {
          reading = new Reading(file, line.getFields(), idColumn);
        } else {
          reading.add(line);
        }
      }
      if (reading == null || reading.rows.isEmpty()) {
        throw new IllegalArgumentException(
            "%s has no rows, expected a line with the names of the columns, and one for each example"
                .formatted(file));
      }
      return new PredictionTable(
          file, reading.labels, reading.rows, reading.lines, reading.rowOfId);
    } catch (CsvParseException e) {
      throw new IllegalArgumentException(
          "%s cannot be read as CSV: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** How a message names a row. */
  String where(int row) {
    return "row %d (line %d)".formatted(row, lines.get(row));
  }

  /** A file that is being read. */
  private static final class Reading {
    private final Path file;
    private final List<String> names;
    private final int id;
    private final LabelOrder labels;
    private final List<double[]> rows = new ArrayList<>();
    private final List<Long> lines = new ArrayList<>();
    private final Map<String, Integer> rowOfId = new HashMap<>();

    Reading(Path file, List<String> names, Optional<String> idColumn) {
      this.file = file;
      this.names = names;
      this.id = idColumn.map(names::indexOf).orElse(-1);
      if (id < 0 && idColumn.isPresent()) {
        throw new IllegalArgumentException(
            "%s has no column '%s', expected one of %s".formatted(file, idColumn.get(), names));
      }
      List<String> ofNumbers = new ArrayList<>(names);
      if (id >= 0) {
        ofNumbers.remove(id);
      }
      try {
        labels = new LabelOrder(ofNumbers);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "The first line of %s does not name the columns: %s".formatted(file, e.getMessage()),
            e);
      }
    }

    void add(CsvRecord line) {
      if (line.getFieldCount() != names.size()) {
        throw new IllegalArgumentException(
            "Line %d of %s has %d cells, expected %d: %s"
                .formatted(
                    line.getStartingLineNumber(), file, line.getFieldCount(), names.size(), names));
      }
      double[] numbers = new double[labels.size()];
      for (int column = 0, i = 0; column < names.size(); column++) {
        if (column != id) {
          numbers[i++] = number(line, column);
        }
      }
      if (id >= 0) {
        Integer earlier = rowOfId.put(line.getField(id), rows.size());
        if (earlier != null) {
          throw new IllegalArgumentException(
              "Lines %d and %d of %s are both of '%s'; each example needs one"
                  .formatted(
                      lines.get(earlier), line.getStartingLineNumber(), file, line.getField(id)));
        }
      }
      rows.add(numbers);
      lines.add(line.getStartingLineNumber());
    }

    private double number(CsvRecord line, int column) {
      try {
        return Double.parseDouble(line.getField(column));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "Line %d of %s has '%s' in column '%s', expected a number"
                .formatted(
                    line.getStartingLineNumber(), file, line.getField(column), names.get(column)),
            e);
      }
    }
  }
}
