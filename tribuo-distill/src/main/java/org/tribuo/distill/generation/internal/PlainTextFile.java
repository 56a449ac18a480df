package org.tribuo.distill.generation.internal;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.input.internal.text.TableFormat;
import org.tribuo.distill.input.text.TextFile;

/**
 * Texts in a file: one a line, or in the rows of a table whose first row has the names of columns,
 * between commas as RFC 4180 has them, if the name of the file ends in {@code .csv}, else between
 * tabs.
 */
public final class PlainTextFile {
  private PlainTextFile() {}

  /**
   * The lines of a file, but for those of white space alone.
   *
   * @throws IOException if it cannot be read
   */
  public static List<PlainText> lines(TextFile file) throws IOException {
    List<PlainText> texts = new ArrayList<>();
    List<String> lines = file.lines();
    for (int line = 0; line < lines.size(); line++) {
      if (!lines.get(line).isBlank()) {
        texts.add(new PlainText(line + 1L, "", lines.get(line)));
      }
    }
    return texts;
  }

  /**
   * The texts of a table, in the order of its rows.
   *
   * @param textColumn the column of the text
   * @param promptColumn that of what comes before it, if there is one
   * @throws IllegalArgumentException if it is not in this form, or a row has no text; the message
   *     says where
   * @throws IOException if it cannot be read
   */
  public static List<PlainText> table(
      TextFile file, String textColumn, Optional<String> promptColumn) throws IOException {
    List<PlainText> texts = new ArrayList<>();
    TableFormat.of(file, List.of())
        .read(
            file,
            row ->
                texts.add(
                    new PlainText(
                        row.getStartingLineNumber(),
                        promptColumn.map(column -> cell(row, column)).orElse(""),
                        cell(row, textColumn))));
    return texts;
  }

  /**
   * The lines of two files, of which those of the same number belong together.
   *
   * @param prompts what comes before each text
   * @throws IllegalArgumentException if one has more lines than the other, or a line is blank; the
   *     message says which
   * @throws IOException if one cannot be read
   */
  public static List<PlainText> parallel(TextFile prompts, TextFile texts) throws IOException {
    List<String> first = prompts.lines();
    List<String> second = texts.lines();
    if (first.size() != second.size()) {
      throw new IllegalArgumentException(
          "%s has %d lines and %s %d, expected the same number"
              .formatted(prompts.path(), first.size(), texts.path(), second.size()));
    }
    List<PlainText> pairs = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      checkHasText(prompts, first.get(i), i + 1);
      checkHasText(texts, second.get(i), i + 1);
      pairs.add(new PlainText(i + 1L, first.get(i), second.get(i)));
    }
    return pairs;
  }

  private static void checkHasText(TextFile file, String text, int line) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "line %d of %s has no text; leave it out of both files".formatted(line, file.path()));
    }
  }

  private static String cell(NamedCsvRecord row, String name) {
    String cell = TableFormat.cell(row, name);
    if (cell.isBlank()) {
      throw new IllegalArgumentException(
          "line %d has no text in the column '%s'; remove the row, or fill it in"
              .formatted(row.getStartingLineNumber(), name));
    }
    return cell;
  }
}
