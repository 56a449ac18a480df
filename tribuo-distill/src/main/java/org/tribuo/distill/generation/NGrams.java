package org.tribuo.distill.generation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often a text has each sequence of n units, words or characters. */
record NGrams(Map<List<String>, Integer> counts) {
  static NGrams of(List<String> units, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int from = 0; from + n <= units.size(); from++) {
      counts.merge(units.subList(from, from + n), 1, Integer::sum);
    }
    return new NGrams(counts);
  }

  /** How many sequences there are. */
  int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many of them both texts have, each as often as both have it. */
  int shared(NGrams other) {
    return counts.entrySet().stream()
        .mapToInt(entry -> Math.min(entry.getValue(), other.counts.getOrDefault(entry.getKey(), 0)))
        .sum();
  }

  /** Each sequence as often as the text has it that has it more often. */
  NGrams union(NGrams other) {
    Map<List<String>, Integer> most = new HashMap<>(counts);
    other.counts.forEach((sequence, count) -> most.merge(sequence, count, Math::max));
    return new NGrams(most);
  }
}
