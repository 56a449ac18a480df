package org.tribuo.distill.generation.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.input.internal.text.PairFeatures;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.PositionException;
import org.tribuo.impl.ArrayExample;

/**
 * Tokens of which the last are to be predicted, each from those before it: a text, or the target of
 * a source. As a row, its features are the tokens that a model reads, which are all but the last,
 * and its output those that it is to predict: that of the last position is the last one. An example
 * of the data has the tokens to be predicted in its output alone; metadata distinguish the two.
 *
 * @param tokens their ids, two or more
 * @param predicted how many of the last are to be predicted, from 1 to all but the first
 */
record TextWindow(int[] tokens, int predicted) {
  private static final String IS_ROW = "distill-row-of-tokens";

  /**
   * The whole text of an example whose output is known.
   *
   * @param vocabulary how many tokens there are
   * @throws IllegalArgumentException if it has other features than tokens, or a token that the
   *     vocabulary does not have
   */
  static TextWindow of(Example<GeneratedTokens> example, int vocabulary) {
    int[] read = read(example, vocabulary);
    int[] output = example.getOutput().tokens();
    for (int position = 0; position < output.length; position++) {
      if (output[position] >= vocabulary) {
        throw new PositionException(
            position,
            "Token %d at position %d of the output is outside of the vocabulary of %d; is the tokenizer the one of this model?"
                .formatted(output[position], position, vocabulary));
      }
    }
    int[] further =
        isRow(example) ? Arrays.copyOfRange(output, output.length - 1, output.length) : output;
    int[] all = IntStream.concat(Arrays.stream(read), Arrays.stream(further)).toArray();
    return new TextWindow(all, output.length);
  }

  /** The tokens that are the features of an example; those of its target, if it has a source. */
  static int[] read(Example<GeneratedTokens> example, int vocabulary) {
    return new TokenFeatures(TokenSequence.MAX_LENGTH, vocabulary)
        .read(PairFeatures.of(example).last())
        .ids();
  }

  static boolean isRow(Example<?> example) {
    return example.getMetadataValue(IS_ROW).isPresent();
  }

  /**
   * Windows of which none is longer than a model reads, one after the other: each token that is to
   * be predicted is so in exactly one of them. The first has what is before the tokens to be
   * predicted, as much as there is room for half a window.
   *
   * @param maxLength how many tokens a model reads, 1 or more
   * @param reread how many tokens a further window reads again of the one before it, at least,
   *     where there is room; less than the maximum length
   */
  List<TextWindow> within(int maxLength, int reread) {
    int readable = tokens.length - 1;
    List<TextWindow> windows = new ArrayList<>();
    int done = readable - predicted;
    int before = Math.max(reread, maxLength / 2);
    while (done < readable) {
      int end = Math.min(readable, Math.max(0, done - before) + maxLength);
      int start = Math.max(0, end - maxLength);
      windows.add(new TextWindow(Arrays.copyOfRange(tokens, start, end + 1), end - done));
      done = end;
      before = reread;
    }
    return windows;
  }

  /** This as a row, with the source, the weight and the metadata of the example that it is of. */
  Example<GeneratedTokens> toRow(Example<GeneratedTokens> of) {
    int[] last = Arrays.copyOfRange(tokens, tokens.length - predicted, tokens.length);
    Example<GeneratedTokens> row =
        reading(of, Arrays.copyOf(tokens, tokens.length - 1), GeneratedTokens.of(last));
    if (!isRow(row)) {
      row.setMetadataValue(IS_ROW, true);
    }
    return row;
  }

  /** An example in which other tokens are read, with the rest of it as it is. */
  static Example<GeneratedTokens> reading(
      Example<GeneratedTokens> example, int[] read, GeneratedTokens output) {
    PairFeatures features = PairFeatures.of(example).withLast(TokenSequence.of(read).features());
    Example<GeneratedTokens> other = new ArrayExample<>(output, features.all());
    other.setWeight(example.getWeight());
    example.getMetadata().forEach(other::setMetadataValue);
    return other;
  }
}
