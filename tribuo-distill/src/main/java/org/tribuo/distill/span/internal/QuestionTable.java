package org.tribuo.distill.span.internal;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.tribuo.distill.input.internal.text.TableFormat;
import org.tribuo.distill.input.text.TextFile;

/**
 * Questions in a table with a row of column names: between commas as RFC 4180 has them, or between
 * tabs. A row without an answer and a start has one that is not known, one with the start -1 has
 * none.
 *
 * @param question the column of the question
 * @param context the column of the text in which the answer is sought
 * @param answer the column of the answer; need not be there
 * @param start the column of the answer's first character, in code points; need not be there
 */
public record QuestionTable(String question, String context, String answer, String start) {
  private static final int NO_ANSWER = -1;

  /**
   * All questions of a file, in its order.
   *
   * @throws IllegalArgumentException if it is not in this form; the message says where
   * @throws IOException if it cannot be read
   */
  public List<Question> read(TextFile file) throws IOException {
    char separator = file.path().toString().endsWith(".tsv") ? '\t' : ',';
    List<Question> questions = new ArrayList<>();
    new TableFormat(separator, List.of())
        .read(file, row -> questions.add(question(row, questions.size())));
    return questions;
  }

  private Question question(NamedCsvRecord row, int number) {
    String where = "Row %d (line %d)".formatted(number, row.getStartingLineNumber());
    String asked = TableFormat.cell(row, question);
    String about = TableFormat.cell(row, context);
    String text = row.findField(answer).orElse("");
    String first = row.findField(start).orElse("");
    OptionalInt place =
        first.isBlank() ? OptionalInt.empty() : OptionalInt.of(number(first, where));
    boolean none = place.isPresent() && place.getAsInt() == NO_ANSWER;
    if (text.isEmpty() && place.isPresent() && !none || none && !text.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has the answer '%s' at %d, expected both, none of them where the answer is not known, or the start %d alone where there is none"
              .formatted(where, text, place.getAsInt(), NO_ANSWER));
    }
    return new Question(
        where,
        asked,
        about,
        none || !text.isEmpty(),
        text.isEmpty() ? List.of() : List.of(new Question.Marked(text, place)));
  }

  private static int number(String cell, String where) {
    if (!cell.strip().matches("-1|[0-9]{1,9}")) {
      throw new IllegalArgumentException(
          "%s has the start '%s', expected a number from 0, or %d where there is no answer"
              .formatted(where, cell, NO_ANSWER));
    }
    return Integer.parseInt(cell.strip());
  }
}
