package org.tribuo.distill.input.internal.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tribuo.CategoricalInfo;
import org.tribuo.Feature;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.VariableInfo;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.PositionException;
import org.tribuo.hash.HashedFeatureMap;

/**
 * Reads the tokens of Tribuo examples, which {@link TokenSequence#toExample} makes, within the
 * limits of one model. Where in a context tokens are ({@link ContextTokens}) no model reads.
 *
 * <p>Examples are read by feature name, never by feature id, so a text may be longer than all of
 * the training data. They are never changed, nor remembered. Safe for many threads.
 *
 * @param positions the maximum number of tokens of a text: how many the model has positions for, or
 *     fewer
 * @param vocabulary how many tokens the model knows; ids are smaller than this
 */
public record TokenFeatures(int positions, int vocabulary) {
  /** How many tokens there is room for before a text turns out to be longer. */
  private static final int USUAL_ROOM = 64;

  /**
   * @throws IllegalArgumentException unless positions are from 1 to {@link
   *     TokenSequence#MAX_LENGTH} and the vocabulary is not empty
   */
  public TokenFeatures {
    if (positions < 1 || positions > TokenSequence.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "positions is %d, expected 1 to %d".formatted(positions, TokenSequence.MAX_LENGTH));
    }
    if (vocabulary < 1) {
      throw new IllegalArgumentException(
          "vocabulary is %d, expected at least 1".formatted(vocabulary));
    }
  }

  /**
   * Refuses features in which no token can be found again.
   *
   * @throws IllegalArgumentException if the names are hashed, or none is that of a token
   */
  public static void check(FeatureMap features) {
    if (features instanceof HashedFeatureMap) {
      throw new IllegalArgumentException(
          "The feature names are hashed, so the positions of the tokens are lost;"
              + " train without a HashingTrainer");
    }
    if (features.keySet().stream().noneMatch(name -> name.startsWith(TokenNames.IDS))) {
      throw new IllegalArgumentException(
          "None of the %d features is a token, expected names like '%s'; %s"
              .formatted(
                  features.size(),
                  TokenNames.name(TokenNames.IDS, 0),
                  "make the examples with TokenSequence.toExample or CsvTextDataSource"));
    }
  }

  /**
   * The tokens of an example.
   *
   * @param example its features
   * @throws IllegalArgumentException if the example has no tokens, other features, a gap between
   *     its tokens, a value that is no token id, a token outside the vocabulary, or more tokens
   *     than the model has positions; the message names the feature and the likely cause
   */
  public TokenSequence read(Iterable<Feature> example) {
    int[] idsPlusOne = new int[Math.min(positions, USUAL_ROOM)];
    int[] typeIds = new int[idsPlusOne.length];
    int length = 0;
    for (Feature feature : example) {
      String name = feature.getName();
      int position;
      if (name.startsWith(TokenNames.IDS)) {
        position = position(name, TokenNames.IDS);
        idsPlusOne = withRoomFor(position, idsPlusOne);
        if (idsPlusOne[position] != 0) {
          throw new IllegalArgumentException(
              "Feature '%s' occurs twice, expected one token a position".formatted(name));
        }
        idsPlusOne[position] = idPlusOne(feature, position);
      } else if (name.startsWith(TokenNames.TYPE_IDS)) {
        position = position(name, TokenNames.TYPE_IDS);
        typeIds = withRoomFor(position, typeIds);
        typeIds[position] = positiveWhole(feature, "a segment");
      } else if (TokenNames.isPlace(name)) {
        continue;
      } else {
        throw noToken(name);
      }
      length = Math.max(length, position + 1);
    }
    idsPlusOne = withRoomFor(length, idsPlusOne);
    int[] ids = new int[length];
    for (int i = 0; i < length; i++) {
      if (idsPlusOne[i] == 0) {
        throw new IllegalArgumentException(
            "The example has a token at position %d and none at position %d; %s"
                .formatted(
                    length - 1, i, "was the feature removed, by pruning or by feature selection?"));
      }
      ids[i] = idsPlusOne[i] - 1;
    }
    return new TokenSequence(ids, Arrays.copyOf(typeIds, length));
  }

  /** The same, longer if a position lies behind its end. */
  private static int[] withRoomFor(int position, int[] numbers) {
    return position < numbers.length
        ? numbers
        : Arrays.copyOf(numbers, Math.max(position + 1, 2 * numbers.length));
  }

  /**
   * A feature map over all positions of the model. Tribuo drops features that the map of a dataset
   * lacks, and a position that no training text reached is one of them.
   *
   * @param observed what is known of the features that occurred
   */
  public ImmutableFeatureMap featureMap(FeatureMap observed) {
    return new ImmutableFeatureMap(infos(observed, ""));
  }

  /**
   * What is known of all positions of the model.
   *
   * @param before what the names of the features begin with
   */
  List<VariableInfo> infos(FeatureMap observed, String before) {
    List<VariableInfo> infos = new ArrayList<>(2 * positions);
    for (String prefix : List.of(TokenNames.IDS, TokenNames.TYPE_IDS)) {
      for (int i = 0; i < positions; i++) {
        String name = before + TokenNames.name(prefix, i);
        VariableInfo known = observed.get(name);
        infos.add(known == null ? new CategoricalInfo(name) : known);
      }
    }
    return infos;
  }

  private int idPlusOne(Feature feature, int position) {
    int value = positiveWhole(feature, "a token id + 1");
    if (value > vocabulary) {
      throw new PositionException(
          position,
          "Token %d at position %d is outside of the model's vocabulary of %d; %s"
              .formatted(
                  value - 1, position, vocabulary, "is the tokenizer the one of this model?"));
    }
    return value;
  }

  private int position(String name, String prefix) {
    int position = 0;
    for (int i = prefix.length(); i < name.length(); i++) {
      int digit = name.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw noToken(name);
      }
      position = 10 * position + digit;
    }
    if (name.length() != prefix.length() + TokenNames.DIGITS) {
      throw noToken(name);
    }
    if (position >= positions) {
      throw new IllegalArgumentException(
          "The text has a token at position %d, the model reads texts of at most %d tokens; %s"
              .formatted(position, positions, "set the tokenizer's maximum length to that"));
    }
    return position;
  }

  private static int positiveWhole(Feature feature, String meaning) {
    double value = feature.getValue();
    if (!(value >= 1) || value > Integer.MAX_VALUE || value != Math.rint(value)) {
      throw new IllegalArgumentException(
          "Feature '%s' is %s, expected %s, a whole number from 1; %s"
              .formatted(
                  feature.getName(),
                  value,
                  meaning,
                  "was a transformation applied to the dataset?"));
    }
    return (int) value;
  }

  private static IllegalArgumentException noToken(String name) {
    if (name.startsWith(TokenNames.SECOND)) {
      return new IllegalArgumentException(
          "The example has a second text, which is a row of its own ('%s'), and the model reads one row of tokens; train a BiEncoderStudent, or encode both texts of the pair together"
              .formatted(name));
    }
    return new IllegalArgumentException(
        "Feature '%s' is not a token, expected names like '%s' and '%s'; %s"
            .formatted(
                name,
                TokenNames.name(TokenNames.IDS, 0),
                TokenNames.name(TokenNames.TYPE_IDS, 0),
                "are the names hashed, or the features of another extractor?"));
  }
}
