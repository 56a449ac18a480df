package org.tribuo.distill.generation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What BLEU counts over all texts. */
final class WordMatches {
  private static final int LONGEST = 4;

  private final long[] right = new long[LONGEST];
  private final long[] all = new long[LONGEST];
  private long length;
  private long referenceLength;

  void add(String text, List<String> references) {
    List<String> words = TextUnits.words(text);
    List<List<String>> expected = references.stream().map(TextUnits::words).toList();
    length += words.size();
    referenceLength += nearest(words.size(), expected);
    for (int i = 0; i < LONGEST; i++) {
      int n = i + 1;
      NGrams ofText = NGrams.of(words, n);
      NGrams ofReferences =
          expected.stream()
              .map(reference -> NGrams.of(reference, n))
              .reduce(NGrams::union)
              .orElseThrow();
      right[i] += ofText.shared(ofReferences);
      all[i] += ofText.total();
    }
  }

  /** The length of the reference that is nearest to a length; of two such the shorter. */
  private static int nearest(int length, List<List<String>> references) {
    return references.stream()
        .map(List::size)
        .min(
            Comparator.<Integer>comparingInt(size -> Math.abs(size - length))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  TextScores.Bleu score() {
    double brevityPenalty =
        length < referenceLength ? Math.exp(1 - (double) referenceLength / length) : 1;
    List<Double> precisions = precisions();
    double logs = precisions.stream().mapToDouble(Math::log).sum();
    return new TextScores.Bleu(
        100 * brevityPenalty * Math.exp(logs / LONGEST),
        precisions.stream().map(precision -> 100 * precision).toList(),
        brevityPenalty,
        length,
        referenceLength);
  }

  /**
   * As fractions; zero of sequences that the texts do not have, and all zero if no word is right.
   */
  private List<Double> precisions() {
    List<Double> precisions = new ArrayList<>();
    double ofNone = right[0] == 0 ? 0 : 1;
    for (int i = 0; i < LONGEST; i++) {
      if (right[i] == 0) {
        ofNone /= 2;
      }
      double counted = right[i] == 0 ? ofNone : right[i];
      precisions.add(all[i] == 0 ? 0 : counted / all[i]);
    }
    return precisions;
  }
}
