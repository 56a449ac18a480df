package org.tribuo.distill.generation;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How near generated texts are to the texts that were expected: BLEU over words, chrF over
 * characters, and exact match. BLEU and chrF are those of <a
 * href="https://github.com/mjpost/sacrebleu">sacrebleu</a> with its default settings, which M. Post
 * asks for, so that scores can be compared (<i>A Call for Clarity in Reporting BLEU Scores</i>,
 * 2018, arXiv:1804.08771): {@code case:mixed|eff:no|tok:13a|smooth:exp} and {@code
 * case:mixed|eff:yes|nc:6|nw:0|space:no}. Both are of all texts together, not means of scores of
 * single texts; a character is a code point of Unicode, and texts are not normalised. Immutable.
 *
 * @param texts how many there are
 * @param bleu the score of their words
 * @param chrF the score of their characters
 * @param exactMatch how many are equal to one of their references, spaces and case included, in
 *     percent
 */
public record TextScores(int texts, Bleu bleu, ChrF chrF, double exactMatch) {

  /**
   * The geometric mean of the precisions of sequences of one to four words, times a penalty if the
   * texts are shorter than their references (K. Papineni, S. Roukos, T. Ward and W.-J. Zhu,
   * <i>BLEU: a Method for Automatic Evaluation of Machine Translation</i>, ACL 2002). Where no
   * sequence of some length is right, half a one counts, for the next such length a quarter, and so
   * on (B. Chen and C. Cherry, <i>A Systematic Comparison of Smoothing Techniques for
   * Sentence-Level BLEU</i>, WMT 2014, method 3). Texts without four words in a row have the score
   * 0, and so have texts without a right word.
   *
   * @param score from 0 to 100
   * @param precisions how many of the sequences of one, two, three and four words are right, in
   *     percent: those that a reference has, each at most as often as the reference that has it
   *     most often
   * @param brevityPenalty from 0 to 1, which is no penalty
   * @param length how many words the texts have
   * @param referenceLength how many words the references have, of several that whose length is
   *     nearest to the text's, or the shorter of two such
   */
  public record Bleu(
      double score,
      List<Double> precisions,
      double brevityPenalty,
      long length,
      long referenceLength) {
    /** Keeps a copy of the precisions. */
    public Bleu {
      precisions = List.copyOf(precisions);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "BLEU %.2f (%s; brevity penalty %.3f, %d words, in the references %d)",
          score,
          precisions.stream()
              .map(precision -> String.format(Locale.ROOT, "%.1f", precision))
              .collect(Collectors.joining("/")),
          brevityPenalty,
          length,
          referenceLength);
    }
  }

  /**
   * The F-score of sequences of one to six characters without the spaces, in which recall counts
   * twice as much as precision (M. Popović, <i>chrF: character n-gram F-score for automatic MT
   * evaluation</i>, WMT 2015): 5 P R / (4 P + R). Of several references that with the highest score
   * counts.
   *
   * @param score from 0 to 100
   * @param precision P, how many of the texts' sequences the references have, the mean over the
   *     lengths of sequences, in percent
   * @param recall R, how many of the references' sequences the texts have, likewise
   */
  public record ChrF(double score, double precision, double recall) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "chrF %.2f (precision %.1f, recall %.1f)", score, precision, recall);
    }
  }

  /**
   * Scores texts.
   *
   * @param texts what was generated, without prompts and special tokens; a text may be empty
   * @param references for each text, in the same order, one or more that were expected
   * @throws IllegalArgumentException if there is no text, the lists are not of the same length, or
   *     a text has no reference
   */
  public static TextScores of(List<String> texts, List<List<String>> references) {
    check(texts, references);
    WordMatches words = new WordMatches();
    CharacterMatches characters = new CharacterMatches();
    int exact = 0;
    for (int i = 0; i < texts.size(); i++) {
      words.add(texts.get(i), references.get(i));
      characters.add(texts.get(i), references.get(i));
      exact += references.get(i).contains(texts.get(i)) ? 1 : 0;
    }
    return new TextScores(
        texts.size(), bleu(words), chrF(characters), 100.0 * exact / texts.size());
  }

  private static Bleu bleu(WordMatches words) {
    return new Bleu(
        100 * words.score(),
        words.precisions().stream().map(precision -> 100 * precision).toList(),
        words.brevityPenalty(),
        words.length(),
        words.referenceLength());
  }

  private static ChrF chrF(CharacterMatches characters) {
    return new ChrF(
        100 * characters.score(), 100 * characters.precision(), 100 * characters.recall());
  }

  private static void check(List<String> texts, List<List<String>> references) {
    if (texts.size() != references.size()) {
      throw new IllegalArgumentException(
          "There are %d texts and %d lists of references, expected one list for each text"
              .formatted(texts.size(), references.size()));
    }
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("There are no texts to score, expected one or more");
    }
    for (int i = 0; i < texts.size(); i++) {
      if (references.get(i).isEmpty()) {
        throw new IllegalArgumentException(
            "Text %d has no reference, expected one or more; leave the text out".formatted(i));
      }
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%d texts: %s, %s, exact match %.2f %%", texts, bleu, chrF, exactMatch);
  }
}
