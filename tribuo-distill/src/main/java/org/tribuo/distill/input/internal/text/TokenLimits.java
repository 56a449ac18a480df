package org.tribuo.distill.input.internal.text;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTables;

/**
 * Which tokens a model can read, and how many, by its embedding tables and its inputs.
 *
 * @param positions the maximum number of tokens of a text; empty if neither a table nor an input
 *     limits it, as where positions are turned or relative
 * @param vocabulary how many tokens it knows; ids are smaller than this, the largest number where a
 *     teacher's tables do not limit it
 * @param stated how many tokens of a text the model's metadata say that it reads, if they do: where
 *     neither a table nor an input limits it, as many as a student reads unless asked for others
 * @param segments how many segments of a text it distinguishes; empty if it does not look them up
 */
record TokenLimits(
    OptionalInt positions, OptionalInt stated, int vocabulary, OptionalInt segments) {
  /**
   * The limits of a model.
   *
   * @throws GraphException if no table is looked up by tokens
   */
  static TokenLimits of(Transformer model) {
    return of(model, TokenInputs.of(model.graph().inputs()));
  }

  /**
   * The limits of a model in what some of its inputs take.
   *
   * @throws GraphException as above
   */
  static TokenLimits of(Transformer model, TokenInputs inputs) {
    EmbeddingTables tables = model.embeddings();
    OptionalInt positions =
        Stream.of(
                tables.maxPositions(inputs.names()),
                inputs.fixedLength(),
                inputs.positionIds().map(tables::rows).orElse(OptionalLong.empty()))
            .flatMapToLong(OptionalLong::stream)
            .map(most -> Math.min(most, TokenSequence.MAX_LENGTH))
            .mapToInt(Math::toIntExact)
            .min();
    OptionalInt segments =
        inputs.typeIds().map(tables::rows).orElse(OptionalLong.empty()).stream()
            .mapToInt(Math::toIntExact)
            .findFirst();
    return new TokenLimits(
        positions,
        OnnxMetadata.maxLength(model.model()),
        vocabulary(inputs.ids(), tables),
        segments);
  }

  /**
   * The limits of a model that is only run: what its tables do not limit it is not limited here,
   * and ONNX Runtime refuses what they do not have.
   */
  static TokenLimits ofTeacher(Transformer model) {
    return ofTeacher(model, TokenInputs.of(model.graph().inputs()));
  }

  /** As above, in what some of its inputs take. */
  static TokenLimits ofTeacher(Transformer model, TokenInputs inputs) {
    try {
      return of(model, inputs);
    } catch (GraphException e) {
      return new TokenLimits(
          OptionalInt.empty(), OptionalInt.empty(), Integer.MAX_VALUE, OptionalInt.empty());
    }
  }

  private static int vocabulary(String ids, EmbeddingTables tables) {
    OptionalLong rows = tables.rows(ids);
    return Math.toIntExact(
        rows.orElseThrow(
            () ->
                new GraphException(
                    "No embedding table of the model is looked up by its input '%s', so its"
                            .formatted(ids)
                        + " vocabulary is not known")));
  }

  /**
   * How a student reads tokens.
   *
   * @param maxLength the maximum length that is wanted; empty for as long as possible, or where
   *     that is not known what the model states, or 512 tokens
   * @throws IllegalArgumentException if more is wanted than the model has positions for
   */
  TokenFeatures features(OptionalInt maxLength) {
    if (positions.isPresent() && maxLength.orElse(0) > positions.getAsInt()) {
      throw new IllegalArgumentException(
          "maxLength is %d tokens, but the model has positions for %d"
              .formatted(maxLength.getAsInt(), positions.getAsInt()));
    }
    return new TokenFeatures(maxLength.orElseGet(() -> orUsual(stated)), vocabulary);
  }

  /**
   * The maximum length of a text in tokens.
   *
   * @param stated where the model does not limit it; empty for the usual 512
   */
  int orUsual(OptionalInt stated) {
    return positions.orElse(stated.orElse(TextTokenizer.DEFAULT_MAX_LENGTH));
  }

  /**
   * Checks that a model distinguishes the segments of texts.
   *
   * @param whose for the message, such as {@code student}
   * @throws IllegalArgumentException if a text has more; the message says which
   */
  private void checkSegments(String whose, List<TokenSequence> texts) {
    if (segments.isEmpty()) {
      return;
    }
    for (int row = 0; row < texts.size(); row++) {
      TokenSequence text = texts.get(row);
      for (int i = 0; i < text.length(); i++) {
        if (text.typeId(i) >= segments.getAsInt()) {
          throw new ExampleException(
              row,
              OptionalInt.of(i),
              "has a token of segment %d, as the second text of a pair is, but the %s has embeddings for %d segments; leave out the second text, or take a model that reads pairs"
                  .formatted(text.typeId(i), whose, segments.getAsInt()));
        }
      }
    }
  }

  /**
   * Checks that the token that fills up short rows is one.
   *
   * @param whose for the message, such as {@code student}
   * @throws IllegalArgumentException if the model does not know it
   */
  void checkPadding(String whose, int padId) {
    if (padId >= vocabulary) {
      throw new IllegalArgumentException(
          "padId is %d, outside of the vocabulary of %d that the %s has; state the id of its padding token"
              .formatted(padId, vocabulary, whose));
    }
  }

  /**
   * Checks that a model can read texts.
   *
   * @param whose for the message, such as {@code student}
   * @param own whether they are tokens of its own tokenizer
   * @throws IllegalArgumentException if one is too long or has a token that the model lacks; the
   *     message says which
   */
  void check(String whose, boolean own, List<TokenSequence> texts) {
    checkSegments(whose, texts);
    int most = positions.orElse(TokenSequence.MAX_LENGTH);
    for (int row = 0; row < texts.size(); row++) {
      TokenSequence text = texts.get(row);
      if (text.length() > most) {
        throw new ExampleException(
            row,
            "has %d tokens, the %s has positions for %d; set the tokenizer's maximum length to that, or for sequences the batching's"
                .formatted(text.length(), whose, most));
      }
      for (int i = 0; i < text.length(); i++) {
        if (text.id(i) >= vocabulary) {
          throw new ExampleException(
              row,
              OptionalInt.of(i),
              "has token %d, outside of the vocabulary of %d that the %s has; %s"
                  .formatted(
                      text.id(i),
                      vocabulary,
                      whose,
                      own
                          ? "is its tokenizer the one of this model?"
                          : "teacher and student must read the same tokens, or the teacher needs a"
                              + " tokenizer of its own"));
        }
      }
    }
  }
}
