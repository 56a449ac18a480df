package org.tribuo.distill.recommendation.internal;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.input.text.TextFile;

/**
 * A table in which each row says that a user had to do with an item at a time: between commas as
 * RFC 4180 has them, if the name of the file ends in {@code .csv}, else between tabs.
 *
 * @param header the names of the columns, in order; empty if the first row has them
 * @param user the column of the user
 * @param item the column of the item
 * @param time the column of the time, a number
 */
public record RatingTable(List<String> header, String user, String item, String time) {
  /** One row. */
  private record Rating(String item, double time) {}

  /**
   * The items of each user in the order of their times, of one time in that of the file; users in
   * the order in which they first occur.
   *
   * @throws IllegalArgumentException if the table does not have this form; the message says where
   * @throws IOException if it cannot be read
   */
  public Map<String, List<String>> read(TextFile file) throws IOException {
    boolean commas = file.path().toString().endsWith(".csv");
    Map<String, List<Rating>> ratings = new LinkedHashMap<>();
    try (CsvReader<CsvRecord> rows =
        CsvReader.builder().fieldSeparator(commas ? ',' : '\t').ofCsvRecord(file.open())) {
      List<String> columns = new ArrayList<>(header);
      if (!columns.isEmpty()) {
        checkColumns(columns);
      }
      for (CsvRecord row : rows) {
        if (columns.isEmpty()) {
          columns.addAll(row.getFields());
          checkColumns(columns);
        } else {
          add(row, columns, ratings);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (CsvParseException e) {
      throw new IllegalArgumentException("it is malformed: " + e.getMessage(), e);
    }
    Map<String, List<String>> items = new LinkedHashMap<>();
    ratings.forEach(
        (name, all) ->
            items.put(
                name,
                all.stream()
                    .sorted(Comparator.comparingDouble(Rating::time))
                    .map(Rating::item)
                    .toList()));
    return items;
  }

  private void checkColumns(List<String> columns) {
    for (String wanted : List.of(user, item, time)) {
      if (!columns.contains(wanted)) {
        throw new IllegalArgumentException(
            "there is no column '%s' among %s; name the columns that there are, and where the first row does not have their names, all of them"
                .formatted(wanted, columns));
      }
    }
  }

  private void add(CsvRecord row, List<String> columns, Map<String, List<Rating>> ratings) {
    String where = "line %d".formatted(row.getStartingLineNumber());
    if (row.getFieldCount() != columns.size()) {
      throw new IllegalArgumentException(
          "%s has %d cells, expected one for each of %s"
              .formatted(where, row.getFieldCount(), columns));
    }
    String owner = cell(row, columns, user, where);
    Rating rating =
        new Rating(cell(row, columns, item, where), number(cell(row, columns, time, where), where));
    ratings.computeIfAbsent(owner, any -> new ArrayList<>()).add(rating);
  }

  private static String cell(CsvRecord row, List<String> columns, String name, String where) {
    String cell = row.getField(columns.indexOf(name)).strip();
    if (cell.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has nothing in the column '%s'".formatted(where, name));
    }
    return cell;
  }

  private double number(String cell, String where) {
    try {
      double number = Double.parseDouble(cell);
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, as of what is not finite.
    }
    throw new IllegalArgumentException(
        "%s has '%s' in the column '%s', expected a time as a number, such as seconds"
            .formatted(where, cell, time));
  }
}
