package org.tribuo.distill.input.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tribuo.CategoricalInfo;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.Output;
import org.tribuo.VariableInfo;
import org.tribuo.distill.internal.component.PositionException;
import org.tribuo.hash.HashedFeatureMap;
import org.tribuo.impl.ArrayExample;

/**
 * Token sequences as features of Tribuo examples, and back, within the limits of one model.
 *
 * <p>The feature {@code input_ids@00042} holds the id of the token at position 42 <em>plus
 * one</em>; {@code token_type_ids@00042} holds its segment where that is not 0. The attention mask
 * is presence. Positions are padded with zeros, so the order of the names is the order of the
 * tokens. Plus one, because 0 is a valid token id (RoBERTa's {@code <s>}), while a Tribuo feature
 * of value 0 is as good as absent: it is never counted, and a pruning dataset removes it.
 *
 * <p>Examples are read by feature name, never by feature id, so a text may be longer than all of
 * the training data. They are never changed, nor remembered. Safe for many threads.
 *
 * @param positions the most tokens of a text: how many the model has positions for, or fewer
 * @param vocabulary how many tokens the model knows; ids are smaller than this
 */
public record TokenFeatures(int positions, int vocabulary) {
  /** The longest sequence that the names can count: 100,000 tokens. */
  public static final int MAX_POSITIONS = 100_000;

  private static final String IDS = "input_ids@";
  private static final String TYPE_IDS = "token_type_ids@";
  private static final int DIGITS = 5;

  /**
   * @throws IllegalArgumentException unless positions are from 1 to {@link #MAX_POSITIONS} and the
   *     vocabulary is not empty
   */
  public TokenFeatures {
    if (positions < 1 || positions > MAX_POSITIONS) {
      throw new IllegalArgumentException(
          "positions is %d, expected 1 to %d".formatted(positions, MAX_POSITIONS));
    }
    if (vocabulary < 1) {
      throw new IllegalArgumentException(
          "vocabulary is %d, expected at least 1".formatted(vocabulary));
    }
  }

  /**
   * An example with the tokens as its features.
   *
   * @throws IllegalArgumentException if the sequence is longer than {@link #MAX_POSITIONS}
   */
  public static <T extends Output<T>> Example<T> toExample(TokenSequence tokens, T output) {
    return new ArrayExample<>(output, features(tokens));
  }

  /** The features of tokens, as {@link #toExample} has them. */
  static List<Feature> features(TokenSequence tokens) {
    int length = tokens.length();
    if (length > MAX_POSITIONS) {
      throw new IllegalArgumentException(
          "The text has %d tokens, an example holds at most %d; truncate it"
              .formatted(length, MAX_POSITIONS));
    }
    List<Feature> features = new ArrayList<>(length);
    for (int i = 0; i < length; i++) {
      features.add(new Feature(name(IDS, i), tokens.id(i) + 1.0));
    }
    for (int i = 0; i < length; i++) {
      if (tokens.typeId(i) != 0) {
        features.add(new Feature(name(TYPE_IDS, i), tokens.typeId(i)));
      }
    }
    return features;
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
    if (features.keySet().stream().noneMatch(name -> name.startsWith(IDS))) {
      throw new IllegalArgumentException(
          "None of the %d features is a token, expected names like '%s'; %s"
              .formatted(
                  features.size(),
                  name(IDS, 0),
                  "make the examples with TokenFeatures.toExample or CsvTextDataSource"));
    }
  }

  /**
   * The tokens of an example.
   *
   * @throws IllegalArgumentException if the example has no tokens, other features, a gap between
   *     its tokens, a value that is no token id, a token outside the vocabulary, or more tokens
   *     than the model has positions; the message names the feature and the likely cause
   */
  public TokenSequence read(Example<?> example) {
    int[] idsPlusOne = new int[positions];
    int[] typeIds = new int[positions];
    int length = 0;
    for (Feature feature : example) {
      String name = feature.getName();
      int position;
      if (name.startsWith(IDS)) {
        position = position(name, IDS);
        if (idsPlusOne[position] != 0) {
          throw new IllegalArgumentException(
              "Feature '%s' occurs twice, expected one token a position".formatted(name));
        }
        idsPlusOne[position] = idPlusOne(feature, position);
      } else if (name.startsWith(TYPE_IDS)) {
        position = position(name, TYPE_IDS);
        typeIds[position] = positiveWhole(feature, "a segment");
      } else {
        throw noToken(name);
      }
      length = Math.max(length, position + 1);
    }
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

  /**
   * A feature map over all positions of the model. Tribuo drops features that the map of a dataset
   * lacks, and a position that no training text reached is one of them.
   *
   * @param observed what is known of the features that occurred
   */
  public ImmutableFeatureMap featureMap(FeatureMap observed) {
    List<VariableInfo> infos = new ArrayList<>(2 * positions);
    for (String prefix : List.of(IDS, TYPE_IDS)) {
      for (int i = 0; i < positions; i++) {
        String name = name(prefix, i);
        VariableInfo known = observed.get(name);
        infos.add(known == null ? new CategoricalInfo(name) : known);
      }
    }
    return new ImmutableFeatureMap(infos);
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
    if (name.length() != prefix.length() + DIGITS) {
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
    return new IllegalArgumentException(
        "Feature '%s' is no token, expected names like '%s' and '%s'; %s"
            .formatted(
                name,
                name(IDS, 0),
                name(TYPE_IDS, 0),
                "are the names hashed, or the features of another extractor?"));
  }

  static String name(String prefix, int position) {
    String digits = Integer.toString(position);
    return prefix + "0".repeat(DIGITS - digits.length()) + digits;
  }
}
