package org.tribuo.distill.input.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/** Reads a file of row numbers, from 0, one a line. */
final class RowNumbers {
  private RowNumbers() {}

  /**
   * @param rows how many rows there are
   * @throws IllegalArgumentException if a line is not a number of a row, or repeats one
   */
  static BitSet read(Path file, int rows) throws IOException {
    BitSet numbers = new BitSet(rows);
    List<String> lines = TextFile.of(file).lines();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty()) {
        continue;
      }
      int number = parse(line);
      if (number < 0 || number >= rows || numbers.get(number)) {
        throw new IllegalArgumentException(
            "line %d is '%s', expected a row number from 0 to %d that is not listed before"
                .formatted(i + 1, line, rows - 1));
      }
      numbers.set(number);
    }
    return numbers;
  }

  /** The number, or −1 if it is none. */
  private static int parse(String line) {
    try {
      return Integer.parseInt(line);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
