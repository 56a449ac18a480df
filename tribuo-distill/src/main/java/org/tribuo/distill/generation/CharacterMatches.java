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
      if (other.score() > best.score()) {
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

  /** From 0 to 1. */
  double score() {
    double precision = precision();
    double recall = recall();
    return recall == 0
        ? 0
        : (1 + RECALL_WEIGHT) * precision * recall / (RECALL_WEIGHT * precision + recall);
  }

  /** How many sequences of the texts their references have, from 0 to 1. */
  double precision() {
    return mean(ofTexts);
  }

  /** How many sequences of the references the texts have, from 0 to 1. */
  double recall() {
    return mean(ofReferences);
  }

  /** The mean is over the lengths of sequences that both sides have. */
  private double mean(long[] ofSide) {
    return IntStream.range(0, LONGEST)
        .filter(i -> ofTexts[i] > 0 && ofReferences[i] > 0)
        .mapToDouble(i -> (double) shared[i] / ofSide[i])
        .average()
        .orElse(0);
  }
}
