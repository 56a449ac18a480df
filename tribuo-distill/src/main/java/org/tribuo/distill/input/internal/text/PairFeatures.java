package org.tribuo.distill.input.internal.text;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.Feature;
import org.tribuo.FeatureMap;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.PositionException;

/**
 * The features of an example of two texts, as {@link TokenSequence#toExample(TokenSequence,
 * org.tribuo.Output)} makes it.
 *
 * @param first those of the first text
 * @param second those of the second, under the names that they would have as the first; none where
 *     there is one text
 */
public record PairFeatures(List<Feature> first, List<Feature> second) {
  /** Tells the features of both texts apart. */
  public static PairFeatures of(Iterable<Feature> example) {
    List<Feature> first = new ArrayList<>();
    List<Feature> second = new ArrayList<>();
    for (Feature feature : example) {
      String name = feature.getName();
      if (name.startsWith(TokenNames.SECOND)) {
        second.add(new Feature(name.substring(TokenNames.SECOND.length()), feature.getValue()));
      } else {
        first.add(feature);
      }
    }
    return new PairFeatures(first, second);
  }

  /** The features of an example of both. */
  public List<Feature> all() {
    List<Feature> all = new ArrayList<>(first);
    for (Feature feature : second) {
      all.add(new Feature(TokenNames.SECOND + feature.getName(), feature.getValue()));
    }
    return all;
  }

  /** Whether there are two texts. */
  public boolean isPair() {
    return !second.isEmpty();
  }

  /** Those of the text that goes on: the second of a pair, which is its target, or the only one. */
  public List<Feature> last() {
    return isPair() ? second : first;
  }

  /** The same with another text that goes on. */
  public PairFeatures withLast(List<Feature> other) {
    return isPair() ? new PairFeatures(first, other) : new PairFeatures(other, second);
  }

  /**
   * Refuses features of a dataset in which no two texts can be found again.
   *
   * @throws IllegalArgumentException if the names are hashed, or those of one of the texts are not
   *     among them
   */
  static void check(FeatureMap features) {
    TokenFeatures.check(features);
    if (features.keySet().stream().noneMatch(name -> name.startsWith(TokenNames.SECOND))) {
      throw new IllegalArgumentException(
          "None of the %d features is a token of a second text, expected names like '%s'; %s"
              .formatted(
                  features.size(),
                  TokenNames.SECOND + TokenNames.name(TokenNames.IDS, 0),
                  "make the examples with TokenSequence.toExample(second, output), or set separateTexts of the CsvTextDataSource, or take the ParallelTextDataSource of a source and its target"));
    }
  }

  /**
   * The tokens of both texts.
   *
   * @param ofFirst the limits of the first
   * @param ofSecond those of the second
   * @throws IllegalArgumentException if one is missing, or as {@link TokenFeatures#read}; the
   *     message names it
   */
  TokenPair read(TokenFeatures ofFirst, TokenFeatures ofSecond) {
    return new TokenPair(read("first", first, ofFirst), read("second", second, ofSecond));
  }

  private static TokenSequence read(String which, List<Feature> features, TokenFeatures limits) {
    if (features.isEmpty()) {
      throw new IllegalArgumentException(
          "The example has no %s text, expected the tokens of a pair; make it with TokenSequence.toExample(second, output)"
              .formatted(which));
    }
    try {
      return limits.read(features);
    } catch (PositionException e) {
      throw new PositionException(e.position(), inText(which, e));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(inText(which, e), e);
    }
  }

  private static String inText(String which, IllegalArgumentException problem) {
    return "In the %s text: %s".formatted(which, problem.getMessage());
  }
}
