package org.tribuo.distill.generation;

import java.util.List;
import java.util.stream.IntStream;

/** What chrF counts over all texts. */
final class CharacterMatches {
  private static final int LONGEST = 6;

  /** How much more recall counts than precision: beta², of beta 2. */
  private static final int RECALL_WEIGHT = 4;

  private final long[] ofTexts = new long[LONGEST];
  private final long[] ofReferences = new long[LONGEST];
  private final long[] shared = new long[LONGEST];

  /** Counts a text with the reference whose score is highest; of equal ones with the first. */
  void add(String text, List<String> references) {
    List<NGrams> ofText = nGrams(text);
    CharacterMatches best = between(ofText, nGrams(references.get(0)));
    for (String reference : references.subList(1, references.size())) {
      CharacterMatches other = between(ofText, nGrams(reference));
      if (other.score().score() > best.score().score()) {
        best = other;
      }
    }
    for (int i = 0; i < LONGEST; i++) {
      ofTexts[i] += best.ofTexts[i];
      ofReferences[i] += best.ofReferences[i];
      shared[i] += best.shared[i];
    }
  }

  private static List<NGrams> nGrams(String text) {
    List<String> characters = TextUnits.characters(text);
    return IntStream.rangeClosed(1, LONGEST).mapToObj(n -> NGrams.of(characters, n)).toList();
  }

  /** Sequences of a length that the reference does not have are not held against the text. */
  private static CharacterMatches between(List<NGrams> text, List<NGrams> reference) {
    CharacterMatches matches = new CharacterMatches();
    for (int i = 0; i < LONGEST; i++) {
      matches.ofReferences[i] = reference.get(i).total();
      matches.ofTexts[i] = matches.ofReferences[i] == 0 ? 0 : text.get(i).total();
      matches.shared[i] = text.get(i).shared(reference.get(i));
    }
    return matches;
  }

  /** The means are over the lengths of sequences that both sides have. */
  TextScores.ChrF score() {
    double precision = 0;
    double recall = 0;
    int lengths = 0;
    for (int i = 0; i < LONGEST; i++) {
      if (ofTexts[i] > 0 && ofReferences[i] > 0) {
        precision += (double) shared[i] / ofTexts[i];
        recall += (double) shared[i] / ofReferences[i];
        lengths++;
      }
    }
    if (recall == 0) {
      return new TextScores.ChrF(0, 0, 0);
    }
    precision /= lengths;
    recall /= lengths;
    double score = (1 + RECALL_WEIGHT) * precision * recall / (RECALL_WEIGHT * precision + recall);
    return new TextScores.ChrF(100 * score, 100 * precision, 100 * recall);
  }
}
