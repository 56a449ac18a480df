package org.tribuo.distill.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table for a terminal: the first column is aligned to the left, the others to the right, and no
 * line ends with spaces.
 *
 * @param rows the cells of each row, the header first; all rows have as many
 */
public record TextTable(List<List<String>> rows) {
  private static final String GAP = "  ";

  /**
   * @throws IllegalArgumentException if there is no row, or a row has more or fewer cells
   */
  public TextTable {
    rows = rows.stream().map(List::copyOf).toList();
    List<Integer> widths = rows.stream().map(List::size).distinct().toList();
    if (widths.size() != 1) {
      throw new IllegalArgumentException(
          "The rows of the table have %s cells, expected the same number in each"
              .formatted(widths));
    }
  }

  /** The lines, without line ends. */
  public List<String> lines() {
    int columns = rows.get(0).size();
    int[] widths =
        IntStream.range(0, columns)
            .map(i -> rows.stream().mapToInt(row -> row.get(i).length()).max().orElse(0))
            .toArray();
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      lines.add(
          IntStream.range(0, columns)
              .mapToObj(i -> padded(row.get(i), widths[i], i == 0))
              .collect(Collectors.joining(GAP))
              .stripTrailing());
    }
    return lines;
  }

  private static String padded(String cell, int width, boolean left) {
    String spaces = " ".repeat(width - cell.length());
    return left ? cell + spaces : spaces + cell;
  }
}
