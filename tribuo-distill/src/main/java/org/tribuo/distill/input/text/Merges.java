package org.tribuo.distill.input.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The merges of a byte-pair encoding, and those of them that some tokens are made by. Of two pieces
 * side by side that may be merged, those of the first merge in the list are.
 */
final class Merges {
  /** Two pieces side by side. */
  private record Pair(String left, String right) {}

  private final Map<Pair, Integer> ranks = new HashMap<>();
  private final String prefix;
  private final String suffix;
  private final BitSet kept = new BitSet();
  private final Set<String> results = new HashSet<>();

  private Merges(String prefix, String suffix) {
    this.prefix = prefix;
    this.suffix = suffix;
  }

  static Merges of(JsonNode model) {
    Merges merges =
        new Merges(
            model.path("continuing_subword_prefix").asText(""),
            model.path("end_of_word_suffix").asText(""));
    int rank = 0;
    for (JsonNode merge : model.path("merges")) {
      merges.ranks.putIfAbsent(pair(merge), rank++);
    }
    return merges;
  }

  /** Older files have both pieces in one text. */
  private static Pair pair(JsonNode merge) {
    if (merge.isArray()) {
      return new Pair(merge.path(0).asText(), merge.path(1).asText());
    }
    String both = merge.asText();
    int space = both.indexOf(' ', 1);
    return new Pair(both.substring(0, space), both.substring(space + 1));
  }

  /** Keeps the merges that make a token out of its characters, if there are such. */
  void keepThoseOf(String token) {
    List<String> pieces = characters(token);
    while (pieces.size() > 1) {
      int best = -1;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < pieces.size(); i++) {
        Integer rank = ranks.get(new Pair(pieces.get(i), pieces.get(i + 1)));
        if (rank != null && rank < bestRank) {
          best = i;
          bestRank = rank;
        }
      }
      if (best < 0) {
        return;
      }
      String right = pieces.remove(best + 1);
      String merged = pieces.get(best) + withoutPrefix(right);
      pieces.set(best, merged);
      kept.set(bestRank);
      results.add(merged);
    }
  }

  private String withoutPrefix(String piece) {
    return !prefix.isEmpty() && piece.startsWith(prefix) ? piece.substring(prefix.length()) : piece;
  }

  private List<String> characters(String token) {
    boolean continues = !prefix.isEmpty() && token.startsWith(prefix);
    boolean ends = !suffix.isEmpty() && token.endsWith(suffix);
    String body = continues ? token.substring(prefix.length()) : token;
    body = ends ? body.substring(0, body.length() - suffix.length()) : body;
    List<String> characters = new ArrayList<>();
    int[] points = body.codePoints().toArray();
    for (int i = 0; i < points.length; i++) {
      String start = i > 0 || continues ? prefix : "";
      String end = ends && i == points.length - 1 ? suffix : "";
      characters.add(start + Character.toString(points[i]) + end);
    }
    return characters;
  }

  /** The tokens that the kept merges make. */
  Set<String> results() {
    return results;
  }

  /** The kept merges, in their order. */
  ArrayNode kept(ArrayNode all) {
    ArrayNode some = all.arrayNode();
    kept.stream().forEach(rank -> some.add(all.get(rank)));
    return some;
  }
}
