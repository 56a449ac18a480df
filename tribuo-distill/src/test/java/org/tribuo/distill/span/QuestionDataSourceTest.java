package org.tribuo.distill.span;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.test.Helpers;

class QuestionDataSourceTest {
  private static final String SQUAD =
      """
      {"version": "v2.0", "data": [{"title": "Weather", "paragraphs": [{
        "context": "w20 \uD83D\uDE00 sky w80 w81. sky w80", "qas": [
        {"id": "a", "question": "w10?", "answers": [
          {"text": "w80 w81", "answer_start": 10}, {"text": "w80", "answer_start": 10},
          {"text": "w80", "answer_start": 23}]},
        {"id": "b", "question": "w11?", "is_impossible": true, "answers": [],
         "plausible_answers": [{"text": "w20", "answer_start": 0}]},
        {"id": "c", "question": "w12?", "answers": []},
        {"id": "d", "question": "w13?"},
        {"id": "e", "question": "w14?", "answers": [{"text": "sky w80"}]}]}]}]}
      """;

  @TempDir Path folder;

  private QuestionDataSource source(String name, String content) throws IOException {
    return QuestionDataSource.of(
        Files.writeString(folder.resolve(name), content), TinyQuestions.tokenizer());
  }

  private static List<Span> answers(QuestionDataSource source) {
    List<Span> answers = new ArrayList<>();
    source.forEach(example -> answers.add(example.getOutput()));
    return answers;
  }

  @Test
  void squadsJsonIsRead() throws Exception {
    QuestionDataSource source = source("train.json", SQUAD);
    assertThat(source.size()).isEqualTo(5);
    // One emoji is one code point and two characters.
    assertThat(answers(source))
        .containsExactly(
            Span.of(11, 18, "w80 w81"),
            Span.noAnswer(),
            Span.noAnswer(),
            Span.unknown(),
            Span.of(7, 14, "sky w80"));
    assertThat(answers(source).get(0).alternatives()).containsExactly("w80");
    assertThat(answers(source.withoutAnswers())).hasSize(5).containsOnly(Span.unknown());
    Helpers.testProvenanceMarshalling(source.getProvenance());
    assertThat(ProvenanceUtil.formattedProvenanceString(source.getProvenance()))
        .contains("train.json", "resource-hash", "tokenizer-hash");
  }

  @Test
  void tablesAreRead() throws Exception {
    String rows = "question,context,answer,start\nw10?,\"w20, sky w80\",w80,9\nw11?,w20,,-1\n";
    assertThat(answers(source("a.csv", rows + "w12?,w20,,\nw13?,w20 w20,w20,\n")))
        .containsExactly(
            Span.of(9, 12, "w80"), Span.noAnswer(), Span.unknown(), Span.of(0, 3, "w20"));
    assertThat(answers(source("a.tsv", "question\tcontext\nw10?\t\"w20\"\n")))
        .containsExactly(Span.unknown());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a.json | [1, 2] | the file has no 'data', expected 'data', a list, as in SQuAD's",
        "a.json | {\"data\": [ | it is no JSON",
        "a.json | {\"data\": [{\"title\": \"T\"}]} | the article 'T' has no 'paragraphs'",
        "a.json | {\"data\": [{\"paragraphs\": [{\"qas\": []}]}]} | has no 'context'",
        "a.json | {\"data\": []} | has no questions",
        "a.json | {\"data\": [{\"paragraphs\": [{\"context\": \"w20\", \"qas\": [{\"id\": \"x\","
            + " \"question\": \"w10\", \"answers\": [{\"text\": \"w2\", \"answer_start\": \"0\"}]}]}]}]}"
            + " | Question 0 ('x') has 'answer_start' that is none, expected 'answer_start', a whole number",
        "a.csv | text,context¶w10,w20 | there is no column 'question'",
        "a.csv | question,context,answer,start¶w10,w20 sky,w80,4"
            + " | Row 0 (line 2) has its answer at character 4, where the context has 'sky', expected 'w80'",
        "a.csv | question,context,answer,start¶w10,w20,w20,0¶w10,w20,w20,90"
            + " | Row 1 (line 3) has its answer 'w20' at character 90, but its context has 3, expected a number from 0 to 2",
        "a.csv | question,context,answer,start¶w10,w20,w80,"
            + " | Row 0 (line 2) has the answer 'w80', which does not occur in its context 'w20'",
        "a.csv | question,context,answer,start¶w10,w20,,3 | Row 0 (line 2) has the answer '' at 3",
        "a.csv | question,context,answer,start¶w10,w20,w20,-1 | has the answer 'w20' at -1",
        "a.csv | question,context,answer,start¶w10,w20,w20,x | has the start 'x'",
        "a.csv | question,context,answer,start¶w10,,, | Row 0 (line 2): The context is empty",
        "a.csv | question,context¶w10 | line 2 has 1 cells, expected one for each of [question, context]",
        "a.csv | question,context¶w10,\"w20¶w11,w21 | it is malformed: Unclosed quoted field",
      })
  void whatIsNoFileOfQuestionsIsRefused(String name, String content, String message) {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> source(name, content.replace('¶', '\n')))
        .satisfies(
            e ->
                assertThat(e.getMessage() + (e.getCause() == null ? "" : e.getCause().getMessage()))
                    .contains(message));
  }

  @Test
  void aMissingFileIsRefused() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () -> QuestionDataSource.of(folder.resolve("none.json"), TinyQuestions.tokenizer()))
        .withMessageContaining("there is no file");
  }
}
