package org.tribuo.distill.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The one authority that gives names in a graph: deterministic, never twice. */
final class Names {
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Integer> next = new HashMap<>();

  void reserve(String name) {
    taken.add(name);
  }

  String fresh(String wish) {
    String name = wish;
    while (!taken.add(name)) {
      name = wish + "_" + next.merge(wish, 1, Integer::sum);
    }
    return name;
  }
}
