package org.tribuo.distill.span.internal;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Compares texts of answers as the official script of SQuAD 2.0 does ({@code evaluate-v2.0.py};
 * Rajpurkar et al. 2018, arXiv:1806.03822): without case, punctuation of ASCII, articles and
 * repeated spaces.
 */
public final class AnswerTexts {
  private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");
  private static final Pattern ARTICLES =
      Pattern.compile("\\b(a|an|the)\\b", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private AnswerTexts() {}

  /** The words of an answer, normalised; none where there is no answer. */
  static List<String> words(String answer) {
    String lower = answer.toLowerCase(Locale.ROOT);
    String plain = PUNCTUATION.matcher(lower).replaceAll("");
    String bare = ARTICLES.matcher(plain).replaceAll(" ");
    return Arrays.stream(SPACES.split(bare)).filter(word -> !word.isEmpty()).toList();
  }

  /** 1 if the words are the same in the same order, else 0. */
  public static double exact(String predicted, String expected) {
    return words(predicted).equals(words(expected)) ? 1 : 0;
  }

  /**
   * The harmonic mean of precision and recall over the words, each as often as it occurs; of no
   * words 1 if there are none on both sides, else 0.
   */
  public static double f1(String predicted, String expected) {
    List<String> ofModel = words(predicted);
    List<String> ofData = words(expected);
    if (ofModel.isEmpty() || ofData.isEmpty()) {
      return ofModel.equals(ofData) ? 1 : 0;
    }
    Map<String, Integer> left = new HashMap<>();
    ofData.forEach(word -> left.merge(word, 1, Integer::sum));
    int same = 0;
    for (String word : ofModel) {
      if (left.merge(word, -1, Integer::sum) >= 0) {
        same++;
      }
    }
    return 2.0 * same / (ofModel.size() + ofData.size());
  }
}
