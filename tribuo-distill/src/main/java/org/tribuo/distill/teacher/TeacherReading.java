package org.tribuo.distill.teacher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.Dataset;
import org.tribuo.distill.input.text.RetokenizedTexts;
import org.tribuo.distill.input.text.TokenFeatures;
import org.tribuo.distill.input.text.TokenLimits;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.transformer.TransformerFiles;

/**
 * Which texts a teacher can read.
 *
 * @param model its file
 * @param limits its positions and its vocabulary
 * @param ownTokenizer whether it reads other tokens than the student
 */
public record TeacherReading(Path model, TokenLimits limits, boolean ownTokenizer) {
  /**
   * Of a teacher from a file.
   *
   * @throws IllegalArgumentException if it has an input that tokens cannot feed
   * @throws IOException if it cannot be read
   */
  public static TeacherReading of(Path model, boolean ownTokenizer, TransformerFiles files)
      throws IOException {
    try {
      return new TeacherReading(model, TokenLimits.ofTeacher(files.read(model)), ownTokenizer);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The teacher '%s': %s".formatted(model, e.getMessage()), e);
    }
  }

  /**
   * Texts as the teacher reads them.
   *
   * @param examples the texts
   * @param ofStudent their tokens as the student reads them
   * @param tokenizer the teacher's own, if it has one
   * @param stated to how many tokens that cuts a text, if the teacher's file says it
   * @param otherwise the maximum where neither that file nor a table states it; empty for the usual
   * @throws IllegalArgumentException if a text is not kept for its tokenizer
   * @throws IOException if the tokenizer cannot be read
   */
  public List<TokenSequence> texts(
      Dataset<?> examples,
      List<TokenSequence> ofStudent,
      Optional<Path> tokenizer,
      OptionalInt stated,
      OptionalInt otherwise)
      throws IOException {
    return tokenizer.isPresent()
        ? RetokenizedTexts.of(examples, tokenizer.get(), stated.orElse(limits.orUsual(otherwise)))
        : ofStudent;
  }

  /**
   * Checks that the teacher can read some texts.
   *
   * @param padId the token that fills up short ones
   * @throws IllegalArgumentException if one is too long or has a token that the teacher lacks; the
   *     message says which
   */
  public void check(List<TokenSequence> texts, int padId) {
    limits.checkPadding("teacher '%s'".formatted(model), padId);
    limits.checkSegments("teacher '%s'".formatted(model), texts);
    int positions = limits.positions().orElse(TokenFeatures.MAX_POSITIONS);
    for (int row = 0; row < texts.size(); row++) {
      TokenSequence text = texts.get(row);
      if (text.length() > positions) {
        throw new IllegalArgumentException(
            "Example %d has %d tokens, the teacher '%s' has positions for %d; set the tokenizer's maximum length to that"
                .formatted(row, text.length(), model, positions));
      }
      for (int i = 0; i < text.length(); i++) {
        if (text.id(i) >= limits.vocabulary()) {
          throw new IllegalArgumentException(
              "Example %d has token %d, outside of the vocabulary of %d that the teacher '%s' has; %s"
                  .formatted(
                      row,
                      text.id(i),
                      limits.vocabulary(),
                      model,
                      ownTokenizer
                          ? "is its tokenizer the one of this model?"
                          : "teacher and student must read the same tokens, or the teacher needs a"
                              + " tokenizer of its own"));
        }
      }
    }
  }
}
