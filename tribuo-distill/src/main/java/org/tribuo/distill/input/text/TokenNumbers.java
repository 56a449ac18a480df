package org.tribuo.distill.input.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The numbers of the tokens in a {@code tokenizer.json}. Of several tokens of one number, that of
 * the first counts: the others are read as it is.
 */
final class TokenNumbers {
  private TokenNumbers() {}

  /** All tokens by their numbers, those that were added to the model's own among them. */
  static NavigableMap<Integer, String> names(JsonNode tokenizer) {
    NavigableMap<Integer, String> names = new TreeMap<>();
    JsonNode vocabulary = tokenizer.path("model").path("vocab");
    if (vocabulary.isArray()) {
      for (int id = 0; id < vocabulary.size(); id++) {
        names.put(id, vocabulary.path(id).path(0).asText());
      }
    }
    for (Iterator<Map.Entry<String, JsonNode>> all = vocabulary.fields(); all.hasNext(); ) {
      Map.Entry<String, JsonNode> token = all.next();
      names.putIfAbsent(token.getValue().asInt(), token.getKey());
    }
    for (JsonNode added : tokenizer.path("added_tokens")) {
      names.put(added.path("id").asInt(), added.path("content").asText());
    }
    return names;
  }

  /**
   * The tokens that a reduced tokenizer has of another.
   *
   * @return their numbers there, in ascending order: the first one's is 0 in the reduced tokenizer
   * @throws IllegalArgumentException if it has one that the other does not have, or in another
   *     order, or leaves out a number; the message begins in the middle of a sentence
   */
  static int[] kept(JsonNode whole, JsonNode reduced) {
    NavigableMap<Integer, String> few = names(reduced);
    Iterator<Map.Entry<Integer, String>> all = names(whole).entrySet().iterator();
    int[] kept = new int[few.size()];
    int place = 0;
    for (Map.Entry<Integer, String> token : few.entrySet()) {
      if (token.getKey() != place) {
        throw new IllegalArgumentException(
            "has %d tokens, but none of the number %d".formatted(few.size(), place));
      }
      kept[place++] = next(all, token.getValue(), token.getKey());
    }
    return kept;
  }

  private static int next(Iterator<Map.Entry<Integer, String>> all, String name, int number) {
    while (all.hasNext()) {
      Map.Entry<Integer, String> token = all.next();
      if (token.getValue().equals(name)) {
        return token.getKey();
      }
    }
    throw new IllegalArgumentException(
        "has the token '%s' as its number %d, which is not there or not in that order"
            .formatted(name, number));
  }
}
