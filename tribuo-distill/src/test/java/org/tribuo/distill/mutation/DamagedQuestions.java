package org.tribuo.distill.mutation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.tribuo.Example;
import org.tribuo.distill.input.internal.text.ContextTokens;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.span.QuestionDataSource;
import org.tribuo.distill.span.Span;

/** Questions in SQuAD's JSON. */
final class DamagedQuestions implements DamagedInput {
  @Override
  public void write(Path folder, SplittableRandom random) throws IOException {
    StringBuilder questions = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      questions.append(
          """
          %s{"id": "%d", "question": "w%d?", "is_impossible": %s,
           "answers": [{"text": "w%d", "answer_start": %d}]}"""
              .formatted(i == 0 ? "" : ",", i, i, i % 4 == 3, 10 + i, 4 * i));
    }
    byte[] whole =
        """
        {"version": "v2.0", "data": [{"title": "T", "paragraphs": [
          {"context": "w10 w11 w12 w13 w14 w15 w16 w17", "qas": [%s]}]}]}
        """
            .formatted(questions)
            .getBytes(StandardCharsets.UTF_8);
    Files.write(
        folder.resolve("questions.json"),
        random.nextBoolean()
            ? JsonDamage.damaged(whole, random)
            : ByteDamage.damaged(whole, random));
  }

  /** An answer that is read is where its text says. */
  @Override
  public void use(Path folder) {
    for (Example<Span> question :
        QuestionDataSource.of(folder.resolve("questions.json"), Resources.tinyTokenizer())) {
      Span answer = question.getOutput();
      String context = RawText.of(question).flatMap(RawText::pair).orElseThrow();
      ContextTokens.of(question);
      if (answer.isAnswer() && !Span.in(context, answer.start(), answer.end()).equals(answer)) {
        throw new IllegalStateException("%s is not in '%s'".formatted(answer, context));
      }
    }
  }
}
