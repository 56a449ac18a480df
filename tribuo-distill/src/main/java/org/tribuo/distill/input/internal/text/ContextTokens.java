package org.tribuo.distill.input.internal.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.Output;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.impl.ArrayExample;

/**
 * The tokens of a question and its context, and where in the context each is. In an example the
 * tokens are as {@link TokenSequence} has them; {@code context_start@00042} holds the place of the
 * first character of the token at position 42 plus one, {@code context_end@00042} that behind its
 * last, both in the UTF-16 characters of the context. Tokens of the question and special ones have
 * neither. Immutable: the arrays are not handed out.
 *
 * @param tokens of both
 * @param starts for each token the index of its first character in the context; -1 if it has none
 *     there
 * @param ends for each token the index behind its last; -1 as above
 */
public record ContextTokens(TokenSequence tokens, int[] starts, int[] ends) {
  /** What stands for a place that is not in the context. */
  public static final int NOWHERE = -1;

  /**
   * @throws IllegalArgumentException if no token is in the context, or one ends before it begins
   */
  public ContextTokens {
    starts = starts.clone();
    ends = ends.clone();
    boolean some = false;
    for (int i = 0; i < tokens.length(); i++) {
      if ((starts[i] < 0) != (ends[i] < 0) || starts[i] > ends[i]) {
        throw new IllegalArgumentException(
            "The token at position %d is at the characters %d to %d of the context, expected a start and an end, or neither; was a feature removed?"
                .formatted(i, starts[i], ends[i]));
      }
      some |= starts[i] >= 0;
    }
    if (!some) {
      throw new IllegalArgumentException(
          "No token is one of a context; make the examples with QuestionTokenizer or QuestionDataSource");
    }
  }

  /**
   * The tokens of an example.
   *
   * @throws IllegalArgumentException if it has none of a context, or other features; the message
   *     names the feature
   */
  public static ContextTokens of(Example<?> example) {
    int most = Math.max(1, Math.min(example.size(), TokenSequence.MAX_LENGTH));
    TokenSequence tokens = new TokenFeatures(most, Integer.MAX_VALUE - 1).read(example);
    int[] starts = nowhere(tokens.length());
    int[] ends = nowhere(tokens.length());
    for (Feature feature : example) {
      String name = feature.getName();
      if (name.startsWith(TokenNames.CONTEXT_START)) {
        starts[position(feature, TokenNames.CONTEXT_START, starts.length)] =
            (int) feature.getValue() - 1;
      } else if (name.startsWith(TokenNames.CONTEXT_END)) {
        ends[position(feature, TokenNames.CONTEXT_END, ends.length)] = (int) feature.getValue();
      }
    }
    return new ContextTokens(tokens, starts, ends);
  }

  private static int[] nowhere(int length) {
    int[] places = new int[length];
    Arrays.fill(places, NOWHERE);
    return places;
  }

  private static int position(Feature feature, String prefix, int length) {
    String digits = feature.getName().substring(prefix.length());
    double place = feature.getValue();
    boolean isPlace = place >= 1 && place <= Integer.MAX_VALUE && place == Math.rint(place);
    if (!digits.matches("[0-9]{5}") || Integer.parseInt(digits) >= length || !isPlace) {
      throw new IllegalArgumentException(
          "Feature '%s' = %s is no place of one of %d tokens; was a transformation applied to the dataset?"
              .formatted(feature.getName(), place, length));
    }
    return Integer.parseInt(digits);
  }

  /** The number of tokens. */
  public int length() {
    return tokens.length();
  }

  /** Where the token at a position begins in the context; {@link #NOWHERE} if it is not there. */
  public int start(int position) {
    return starts[position];
  }

  /** Where the token at a position ends; as {@link #start}. */
  public int end(int position) {
    return ends[position];
  }

  /** Whether the token at a position is one of the context. */
  public boolean isInContext(int position) {
    return starts[position] >= 0;
  }

  /** An example with these tokens. */
  public <T extends Output<T>> Example<T> toExample(T output) {
    List<Feature> features = new ArrayList<>(tokens.features());
    for (int i = 0; i < length(); i++) {
      if (isInContext(i)) {
        features.add(new Feature(TokenNames.name(TokenNames.CONTEXT_START, i), starts[i] + 1.0));
        features.add(new Feature(TokenNames.name(TokenNames.CONTEXT_END, i), ends[i]));
      }
    }
    return new ArrayExample<>(output, features);
  }

  /**
   * These tokens in windows: each has the question, the special tokens and some of the context.
   * Neighbours share half of the context that they have room for, the last two maybe more. One that
   * would have nothing but tokens of white space is left out.
   *
   * @param maxLength of a window in tokens
   * @return these themselves if they fit into one
   * @throws IllegalArgumentException if a window has no room for the context
   */
  public List<ContextTokens> windows(int maxLength) {
    if (length() <= maxLength) {
      return List.of(this);
    }
    int from = 0;
    while (!isInContext(from)) {
      from++;
    }
    int to = length();
    while (!isInContext(to - 1)) {
      to--;
    }
    int room = maxLength - from - (length() - to);
    if (room < 1) {
      throw new IllegalArgumentException(
          "The question has %d tokens, special ones included, which leaves no room for the context in a window of %d; shorten the question, or state a larger maxLength"
              .formatted(from + length() - to, maxLength));
    }
    List<ContextTokens> windows = new ArrayList<>();
    int stride = Math.max(1, room - room / 2);
    for (int start = from; start + room < to; start += stride) {
      if (IntStream.range(start, start + room).anyMatch(this::isInContext)) {
        windows.add(window(from, start, start + room, to));
      }
    }
    windows.add(window(from, to - room, to, to));
    return windows;
  }

  /**
   * Some of the context between what stands before and behind it.
   *
   * @param context where all of it begins
   * @param from where that of the window begins
   * @param to where that of the window ends
   * @param after where all of it ends
   */
  private ContextTokens window(int context, int from, int to, int after) {
    return new ContextTokens(
        new TokenSequence(
            cut(tokens.ids(), context, from, to, after),
            cut(tokens.typeIds(), context, from, to, after)),
        cut(starts, context, from, to, after),
        cut(ends, context, from, to, after));
  }

  private static int[] cut(int[] all, int context, int from, int to, int after) {
    int[] some = new int[context + to - from + all.length - after];
    System.arraycopy(all, 0, some, 0, context);
    System.arraycopy(all, from, some, context, to - from);
    System.arraycopy(all, after, some, context + to - from, all.length - after);
    return some;
  }

  /** A copy. */
  @Override
  public int[] starts() {
    return starts.clone();
  }

  /** A copy. */
  @Override
  public int[] ends() {
    return ends.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ContextTokens all
        && tokens.equals(all.tokens)
        && Arrays.equals(starts, all.starts)
        && Arrays.equals(ends, all.ends);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * tokens.hashCode() + Arrays.hashCode(starts)) + Arrays.hashCode(ends);
  }

  @Override
  public String toString() {
    return "ContextTokens(%s, %s, %s)"
        .formatted(tokens, Arrays.toString(starts), Arrays.toString(ends));
  }
}
