package org.tribuo.distill.input.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.Output;
import org.tribuo.distill.input.internal.text.TokenNames;
import org.tribuo.impl.ArrayExample;

/**
 * The tokens of one text, or of one pair of texts, without padding: at least one token, ids and
 * segments from 0. Two sequences are equal if their tokens are. Immutable: the arrays are copied on
 * the way in and on the way out; {@link #id} and {@link #typeId} read without copying.
 *
 * <p>As an example, the feature {@code input_ids@00042} holds the id of the token at position 42
 * <em>plus one</em>; {@code token_type_ids@00042} holds its segment where that is not 0. The
 * attention mask is presence. Positions are padded with zeros, so the order of the names is the
 * order of the tokens. Plus one, because 0 is a valid token id (RoBERTa's {@code <s>}), while a
 * Tribuo feature of value 0 is as good as absent: it is never counted, and a pruning dataset
 * removes it.
 *
 * @param ids the tokens' numbers in the tokenizer's vocabulary
 * @param typeIds the segment of each token: 0 in the first text, 1 in the second
 */
public record TokenSequence(int[] ids, int[] typeIds) {
  /** The longest sequence that an example holds: 100,000 tokens. */
  public static final int MAX_LENGTH = 100_000;

  /**
   * @throws IllegalArgumentException if there is no token, the arrays differ in length, or a number
   *     is negative
   */
  public TokenSequence {
    ids = ids.clone();
    typeIds = typeIds.clone();
    if (ids.length == 0) {
      throw new IllegalArgumentException("A token sequence has at least one token, this has none");
    }
    if (ids.length != typeIds.length) {
      throw new IllegalArgumentException(
          "A token sequence has one type id a token, this has %d ids and %d type ids"
              .formatted(ids.length, typeIds.length));
    }
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || typeIds[i] < 0) {
        throw new IllegalArgumentException(
            "Token %d has id %d and type id %d, neither may be negative"
                .formatted(i, ids[i], typeIds[i]));
      }
    }
  }

  /** The tokens of a single text: all of segment 0. */
  public static TokenSequence of(int... ids) {
    return new TokenSequence(ids, new int[ids.length]);
  }

  /** The number of tokens, special ones included. */
  public int length() {
    return ids.length;
  }

  /** The id of the token at a position, from 0. */
  public int id(int position) {
    return ids[position];
  }

  /** The segment of the token at a position, from 0. */
  public int typeId(int position) {
    return typeIds[position];
  }

  /** A copy of the ids. */
  @Override
  public int[] ids() {
    return ids.clone();
  }

  /** A copy of the type ids. */
  @Override
  public int[] typeIds() {
    return typeIds.clone();
  }

  /**
   * An example with the tokens as its features.
   *
   * @throws IllegalArgumentException if the sequence is longer than {@link #MAX_LENGTH}
   */
  public <T extends Output<T>> Example<T> toExample(T output) {
    return new ArrayExample<>(output, features());
  }

  /**
   * An example of two texts that a model reads one by one, as a {@code BiEncoderStudent} does: each
   * has its own special tokens. Features of the second are named as those of the first, behind
   * {@code second_}.
   *
   * @throws IllegalArgumentException if one is longer than {@link #MAX_LENGTH}
   */
  public <T extends Output<T>> Example<T> toExample(TokenSequence second, T output) {
    List<Feature> features = new ArrayList<>(features());
    for (Feature feature : second.features()) {
      features.add(new Feature(TokenNames.SECOND + feature.getName(), feature.getValue()));
    }
    return new ArrayExample<>(output, features);
  }

  /**
   * The features of an example with these tokens.
   *
   * @throws IllegalArgumentException if the sequence is longer than {@link #MAX_LENGTH}
   */
  public List<Feature> features() {
    if (ids.length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "The text has %d tokens, an example holds at most %d; truncate it"
              .formatted(ids.length, MAX_LENGTH));
    }
    List<Feature> features = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      features.add(new Feature(TokenNames.name(TokenNames.IDS, i), ids[i] + 1.0));
    }
    for (int i = 0; i < ids.length; i++) {
      if (typeIds[i] != 0) {
        features.add(new Feature(TokenNames.name(TokenNames.TYPE_IDS, i), typeIds[i]));
      }
    }
    return features;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenSequence sequence
        && Arrays.equals(ids, sequence.ids)
        && Arrays.equals(typeIds, sequence.typeIds);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + Arrays.hashCode(typeIds);
  }

  @Override
  public String toString() {
    return "TokenSequence(ids=%s, typeIds=%s)"
        .formatted(Arrays.toString(ids), Arrays.toString(typeIds));
  }
}
