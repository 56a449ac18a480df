package org.tribuo.distill.recommendation.internal;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.input.internal.text.TableFormat;
import org.tribuo.distill.input.text.TextFile;

/**
 * A table in which each row is a user, an item and the time of their interaction: between commas as
 * RFC 4180 has them, if the name of the file ends in {@code .csv}, else between tabs.
 *
 * @param header the names of the columns, in order; empty if the first row has them
 * @param user the column of the user
 * @param item the column of the item
 * @param time the column of the time, a number
 */
public record RatingTable(List<String> header, String user, String item, String time) {
  /** One row, whose time is exact: in nanoseconds a {@code double} has several as one. */
  private record Rating(String item, BigDecimal time) {}

  /**
   * The items of each user in the order of their times, of one time in that of the file; users in
   * the order in which they first occur.
   *
   * @throws IllegalArgumentException if the table does not have this form; the message says where
   * @throws IOException if it cannot be read
   */
  public Map<String, List<String>> read(TextFile file) throws IOException {
    Map<String, List<Rating>> ratings = new LinkedHashMap<>();
    TableFormat.of(file, header)
        .read(
            file,
            row ->
                ratings
                    .computeIfAbsent(cell(row, user), any -> new ArrayList<>())
                    .add(new Rating(cell(row, item), number(row))));
    Map<String, List<String>> items = new LinkedHashMap<>();
    ratings.forEach(
        (name, all) ->
            items.put(
                name,
                all.stream()
                    .sorted(Comparator.comparing(Rating::time))
                    .map(Rating::item)
                    .toList()));
    return items;
  }

  private static String cell(NamedCsvRecord row, String name) {
    String cell =
        row.findField(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no column '%s' among %s; name the columns that there are, and where the first row does not have their names, all of them"
                            .formatted(name, row.getHeader())))
            .strip();
    if (cell.isEmpty()) {
      throw new IllegalArgumentException(
          "line %d has nothing in the column '%s'".formatted(row.getStartingLineNumber(), name));
    }
    return cell;
  }

  private BigDecimal number(NamedCsvRecord row) {
    String cell = cell(row, time);
    try {
      return new BigDecimal(cell);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "line %d has '%s' in the column '%s', expected a time as a number, such as seconds"
              .formatted(row.getStartingLineNumber(), cell, time),
          e);
    }
  }
}
