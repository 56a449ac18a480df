package org.tribuo.distill.span.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.tribuo.distill.input.text.TextFile;

/**
 * Questions in the JSON of SQuAD, 1.1 or 2.0: articles with paragraphs, each a context with its
 * questions. A question that is marked as impossible, or whose list of answers is empty, has no
 * answer; of one without such a list the answer is not known.
 */
public final class SquadFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Question> questions = new ArrayList<>();

  private SquadFile() {}

  /**
   * All questions of a file, in its order.
   *
   * @throws IllegalArgumentException if it is not in this form; the message says where
   * @throws IOException if it cannot be read
   */
  public static List<Question> read(TextFile file) throws IOException {
    JsonNode root;
    try (Reader text = file.open()) {
      root = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is no JSON: %s".formatted(e.getOriginalMessage()), e);
    }
    SquadFile read = new SquadFile();
    for (JsonNode article : list(root, "data", "the file")) {
      read.addArticle(article);
    }
    return read.questions;
  }

  private void addArticle(JsonNode article) {
    String name = "the article '%s'".formatted(article.path("title").asText());
    for (JsonNode paragraph : list(article, "paragraphs", name)) {
      String where = "a paragraph of " + name;
      String context = text(paragraph, "context", where);
      for (JsonNode question : list(paragraph, "qas", where)) {
        questions.add(question(question, context));
      }
    }
  }

  private Question question(JsonNode question, String context) {
    String where =
        "Question %d ('%s')".formatted(questions.size(), question.path("id").asText("without id"));
    boolean impossible = question.path("is_impossible").asBoolean();
    boolean known = impossible || question.has("answers");
    List<Question.Marked> answers = new ArrayList<>();
    if (known && !impossible) {
      for (JsonNode answer : list(question, "answers", where)) {
        answers.add(new Question.Marked(text(answer, "text", where), start(answer, where)));
      }
    }
    return new Question(where, text(question, "question", where), context, known, answers);
  }

  private static OptionalInt start(JsonNode answer, String where) {
    JsonNode start = answer.path("answer_start");
    if (start.isMissingNode()) {
      return OptionalInt.empty();
    }
    if (!start.isInt()) {
      throw refused(where, "answer_start", "a whole number", start);
    }
    return OptionalInt.of(start.intValue());
  }

  private static JsonNode list(JsonNode parent, String name, String where) {
    JsonNode list = parent.path(name);
    if (!list.isArray()) {
      throw refused(where, name, "a list", list);
    }
    return list;
  }

  private static String text(JsonNode parent, String name, String where) {
    JsonNode text = parent.path(name);
    if (!text.isTextual()) {
      throw refused(where, name, "a text", text);
    }
    return text.textValue();
  }

  private static IllegalArgumentException refused(
      String where, String name, String expected, JsonNode found) {
    return new IllegalArgumentException(
        "%s has %s, expected '%s', %s, as in SQuAD's data: paragraphs: context, qas: question, answers: text, answer_start"
            .formatted(
                where,
                found.isMissingNode()
                    ? "no '%s'".formatted(name)
                    : "'%s' that is none".formatted(name),
                name,
                expected));
  }
}
