package org.tribuo.distill.input.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.regression.RegressionFactory;

/**
 * Makes outputs of the cells of label columns. Tribuo's factories take any cell of a label that may
 * be there or not for "no" unless it is {@code true}, and a comma in a number for the start of
 * another number; here a cell that is not understood is refused.
 *
 * @param factory makes the outputs
 * @param columns the names of the cells
 * @param decimal the character before the decimals of a number
 * @param flags whether each column is about one label, true or false
 */
record LabelCells<T extends Output<T>>(
    OutputFactory<T> factory, List<String> columns, char decimal, boolean flags) {
  private static final Set<String> YES = Set.of("true", "t", "yes", "y", "1", "1.0");
  private static final Set<String> NO = Set.of("false", "f", "no", "n", "0", "0.0");

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

  /**
   * Finds out how the cells of a file are to be read.
   *
   * @param rows of the file: a single column of which every cell says yes or no is about one label,
   *     that of its name, and else lists labels
   */
  static <T extends Output<T>> LabelCells<T> of(
      OutputFactory<T> factory, List<String> columns, char decimal, List<CsvText> rows) {
    boolean flags =
        columns.size() > 1
            || rows.stream()
                .flatMap(row -> row.labels().stream())
                .allMatch(cell -> cell.isEmpty() || isFlag(cell));
    return new LabelCells<>(factory, columns, decimal, flags);
  }

  /**
   * Makes an output.
   *
   * @param cells one a column, none empty
   * @throws IllegalArgumentException if a cell cannot be parsed; the message says which, and what
   *     was expected
   */
  T output(List<String> cells) {
    if (factory instanceof MultiLabelFactory) {
      return factory.generateOutput(labels(cells));
    }
    if (factory instanceof RegressionFactory) {
      return factory.generateOutput(numbers(cells));
    }
    return factory.generateOutput(
        cells.size() == 1 ? cells.get(0) : each(cells, (column, cell) -> cell));
  }

  private Object labels(List<String> cells) {
    if (flags) {
      return each(cells, LabelCells::flag);
    }
    return pieces(
        cells.get(0), piece -> piece.indexOf('=') < 0 ? piece : named(piece, LabelCells::flag));
  }

  /** Several columns are a dimension each; one column is a number, or lists dimensions by name. */
  private Object numbers(List<String> cells) {
    if (cells.size() > 1) {
      return each(cells, this::number);
    }
    String cell = cells.get(0);
    return cell.indexOf('=') < 0
        ? number(columns.get(0), cell)
        : pieces(cell, piece -> named(piece, this::number));
  }

  /** Reads a column. */
  private interface Reading {
    String read(String column, String cell);
  }

  private List<String> each(List<String> cells, Reading reading) {
    List<String> named = new ArrayList<>(cells.size());
    for (int i = 0; i < cells.size(); i++) {
      named.add(columns.get(i) + "=" + reading.read(columns.get(i), cells.get(i)));
    }
    return named;
  }

  private List<String> pieces(String cell, UnaryOperator<String> reading) {
    return Stream.of(cell.split(",", -1))
        .map(String::strip)
        .map(
            piece -> {
              if (piece.isEmpty()) {
                throw new IllegalArgumentException(
                    "'%s' in '%s' lists nothing before or after a comma"
                        .formatted(cell, columns.get(0)));
              }
              return reading.apply(piece);
            })
        .toList();
  }

  /** A name and a value, such as {@code joy=0.5}. */
  private String named(String piece, Reading value) {
    int equals = piece.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException(
          "'%s' in '%s' has no name, expected such as name=value".formatted(piece, columns.get(0)));
    }
    return piece.substring(0, equals).strip()
        + "="
        + value.read(columns.get(0), piece.substring(equals + 1));
  }

  private static boolean isFlag(String cell) {
    return YES.contains(plain(cell)) || NO.contains(plain(cell));
  }

  private static String plain(String cell) {
    return cell.strip().toLowerCase(Locale.ROOT);
  }

  private static String flag(String column, String cell) {
    if (isFlag(cell)) {
      return Boolean.toString(YES.contains(plain(cell)));
    }
    throw new IllegalArgumentException(
        "'%s' in '%s' does not say whether the label is there, expected true or false, yes or no, 1 or 0"
            .formatted(cell, column));
  }

  private String number(String column, String cell) {
    String plain = decimal == '.' ? cell.strip() : withPoint(cell.strip());
    if (!NUMBER.matcher(plain).matches() || Double.isInfinite(Double.parseDouble(plain))) {
      throw new IllegalArgumentException(
          "'%s' in '%s' is not a number, expected one such as 4%c5; state the decimalSeparator if it is another than '%c'"
              .formatted(cell, column, decimal, decimal));
    }
    return plain;
  }

  /** A point is then none before decimals, so it stays what no number has. */
  private String withPoint(String cell) {
    return cell.replace('.', '\0').replace(decimal, '.');
  }
}
