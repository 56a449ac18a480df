package org.tribuo.distill.generation.internal;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tribuo.distill.input.internal.text.NamedColumns;
import org.tribuo.distill.input.text.TextFile;

/**
 * Texts in a file: one a line, or in the rows of a table whose first row has the names of columns,
 * between commas as RFC 4180 has them, if the name of the file ends in {@code .csv}, else between
 * tabs.
 *
 * @param textColumn the column of the text; empty where each line is one
 * @param promptColumn that of what comes before it; empty if there is none
 */
public record PlainTextFile(String textColumn, String promptColumn) {
  /**
   * All texts, in the order of the file. Lines of white space alone are none.
   *
   * @throws IllegalArgumentException if it is not in this form, or a row has no text; the message
   *     says where
   * @throws IOException if it cannot be read
   */
  public List<PlainText> read(TextFile file) throws IOException {
    List<PlainText> texts = new ArrayList<>();
    if (textColumn.isEmpty()) {
      List<String> lines = file.lines();
      for (int line = 0; line < lines.size(); line++) {
        if (!lines.get(line).isBlank()) {
          texts.add(new PlainText(line + 1L, "", lines.get(line)));
        }
      }
      return texts;
    }
    NamedColumns.of(file, List.of()).read(file, row -> texts.add(text(row)));
    return texts;
  }

  private PlainText text(NamedCsvRecord row) {
    String prompt = promptColumn.isEmpty() ? "" : cell(row, promptColumn);
    return new PlainText(row.getStartingLineNumber(), prompt, cell(row, textColumn));
  }

  private static String cell(NamedCsvRecord row, String name) {
    String cell = NamedColumns.cell(row, name);
    if (cell.isBlank()) {
      throw new IllegalArgumentException(
          "line %d has no text in the column '%s'; remove the row, or fill it in"
              .formatted(row.getStartingLineNumber(), name));
    }
    return cell;
  }
}
