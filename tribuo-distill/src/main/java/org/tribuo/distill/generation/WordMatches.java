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

  /** From 0 to 1. */
  double score() {
    double logs = precisions().stream().mapToDouble(Math::log).sum();
    return brevityPenalty() * Math.exp(logs / LONGEST);
  }

  /** From 0 to 1, which is none. */
  double brevityPenalty() {
    return length < referenceLength ? Math.exp(1 - (double) referenceLength / length) : 1;
  }

  /** How many words the texts have. */
  long length() {
    return length;
  }

  /** How many words their references have. */
  long referenceLength() {
    return referenceLength;
  }

  /**
   * As fractions; zero of sequences that the texts do not have, and all zero if no word is right.
   */
  List<Double> precisions() {
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
