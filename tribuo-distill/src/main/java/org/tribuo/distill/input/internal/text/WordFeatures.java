package org.tribuo.distill.input.internal.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.FeatureMap;
import org.tribuo.Output;
import org.tribuo.hash.HashedFeatureMap;
import org.tribuo.impl.ArrayExample;
import org.tribuo.sequence.SequenceExample;

/**
 * The tokens of words as features of Tribuo sequences, and back. In the example of a word {@code
 * input_ids@00002} holds the id of its third token plus one, as {@link
 * org.tribuo.distill.input.text.TokenSequence} says why. The special tokens of the sentence are
 * with its first word, as {@code before_ids@00000}, and with its last, as {@code after_ids@00000};
 * a word without tokens has the feature {@value #NO_TOKENS}.
 */
public final class WordFeatures {
  static final String IDS = "input_ids@";
  static final String BEFORE = "before_ids@";
  static final String AFTER = "after_ids@";
  static final String NO_TOKENS = "no_tokens";

  private WordFeatures() {}

  static boolean areIn(FeatureMap features) {
    return !(features instanceof HashedFeatureMap)
        && features.keySet().stream()
            .anyMatch(name -> name.startsWith(BEFORE) || name.startsWith(AFTER));
  }

  /** A sequence of words, each of which keeps its text. */
  public static <T extends Output<T>> SequenceExample<T> toSequence(
      WordPieces pieces, List<String> texts, List<T> outputs) {
    List<Example<T>> words = new ArrayList<>();
    int last = outputs.size() - 1;
    for (int i = 0; i <= last; i++) {
      List<Feature> features = new ArrayList<>();
      add(IDS, pieces.words().get(i), features);
      if (features.isEmpty()) {
        features.add(new Feature(NO_TOKENS, 1));
      }
      if (i == 0) {
        add(BEFORE, pieces.before(), features);
      }
      if (i == last) {
        add(AFTER, pieces.after(), features);
      }
      Example<T> word = new ArrayExample<>(outputs.get(i), features);
      word.setMetadataValue(RawText.TEXT, texts.get(i));
      words.add(word);
    }
    return new SequenceExample<>(words);
  }

  private static void add(String prefix, List<Integer> ids, List<Feature> features) {
    for (int i = 0; i < ids.size(); i++) {
      features.add(new Feature(TokenNames.name(prefix, i), ids.get(i) + 1.0));
    }
  }

  /**
   * The tokens of a sequence.
   *
   * @throws IllegalArgumentException if it has no words, a word has other features, a gap between
   *     its tokens or a value that is no token; the message names the word and the feature
   */
  public static WordPieces read(SequenceExample<?> sequence) {
    if (sequence.size() == 0) {
      throw new IllegalArgumentException("The sequence has no words, expected at least one");
    }
    List<Integer> before = new ArrayList<>();
    List<List<Integer>> words = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    for (int i = 0; i < sequence.size(); i++) {
      List<Integer> word = new ArrayList<>();
      for (Feature feature : sequence.get(i)) {
        String name = feature.getName();
        if (name.startsWith(IDS)) {
          put(feature, IDS, word, i);
        } else if (name.startsWith(BEFORE) && i == 0) {
          put(feature, BEFORE, before, i);
        } else if (name.startsWith(AFTER) && i == sequence.size() - 1) {
          put(feature, AFTER, after, i);
        } else if (!name.equals(NO_TOKENS)) {
          throw refused(feature, i, "is no token");
        }
      }
      words.add(word);
    }
    checkComplete(before, 0);
    for (int i = 0; i < words.size(); i++) {
      checkComplete(words.get(i), i);
    }
    checkComplete(after, sequence.size() - 1);
    return new WordPieces(before, words, after);
  }

  private static void put(Feature feature, String prefix, List<Integer> ids, int word) {
    String digits = feature.getName().substring(prefix.length());
    if (!digits.matches("[0-9]{5}")) {
      throw refused(feature, word, "is no token");
    }
    double value = feature.getValue();
    if (!(value >= 1) || value > Integer.MAX_VALUE || value != Math.rint(value)) {
      throw refused(feature, word, "holds no token id + 1");
    }
    int position = Integer.parseInt(digits);
    ids.addAll(Collections.nCopies(Math.max(0, position + 1 - ids.size()), -1));
    ids.set(position, (int) value - 1);
  }

  private static void checkComplete(List<Integer> ids, int word) {
    if (ids.contains(-1)) {
      throw new IllegalArgumentException(
          "Word %d lacks its token %d, but has %d; was the feature removed, by a minimum count or by feature selection?"
              .formatted(word, ids.indexOf(-1), ids.size() - 1));
    }
  }

  private static IllegalArgumentException refused(Feature feature, int word, String why) {
    return new IllegalArgumentException(
        "Feature '%s' = %s of word %d %s; make the sequences with WordTokenizer or ConllDataSource"
            .formatted(feature.getName(), feature.getValue(), word, why));
  }
}
