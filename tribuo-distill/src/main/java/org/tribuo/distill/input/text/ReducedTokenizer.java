package org.tribuo.distill.input.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * A {@code tokenizer.json} with some of its tokens, which are renumbered in the same order.
 *
 * <p>A text of which all tokens were kept has the same tokens as before: WordPiece takes the
 * longest piece that there is, and there are fewer to take; byte-pair encoding applies the first
 * merge that there is, and those of the kept tokens are all there; a unigram model takes the pieces
 * of the highest score, which are still there.
 */
final class ReducedTokenizer {
  private final JsonNode json;
  private final Vocabulary vocabulary;
  private final BitSet special = new BitSet();
  private final BitSet kept;

  /**
   * @param json a whole {@code tokenizer.json}, which is not changed
   * @param used tokens that occur in texts
   */
  ReducedTokenizer(JsonNode json, BitSet used) {
    this.json = json;
    this.vocabulary = Vocabulary.of(json);
    TokenizerChecks.idsAddedBy(json.path("post_processor")).forEach(id -> special.set(id.asInt()));
    json.path("added_tokens").forEach(token -> special.set(token.path("id").asInt()));
    if (json.path("padding").isObject()) {
      special.set(json.path("padding").path("pad_id").asInt());
    }
    this.kept = (BitSet) used.clone();
    kept.or(special);
    vocabulary.addNeeded(kept);
    vocabulary.unknown().ifPresent(special::set);
  }

  /** The ids of the tokens that stay, in ascending order: the first one's new id is 0. */
  int[] kept() {
    return kept.stream().toArray();
  }

  /** Those of them that words are read as: no special or added ones, nor the unknown token. */
  int[] words() {
    return kept.stream().filter(id -> !special.get(id)).toArray();
  }

  /** Whether a tokenizer's tokens have names, so that several may have one number. */
  static boolean hasNamedTokens(JsonNode json) {
    return json.path("model").path("vocab").isObject() && !json.path("model").has("merges");
  }

  /**
   * As {@link #reduced()}, and some of the tokens that are gone are read as others that are there,
   * under each of their names.
   *
   * <p>The library numbers an added token that the model does not name by how many names there are;
   * as these are more than there are numbers now, the model names all added tokens.
   *
   * @param nearest the old ids of what they are read as, by their own
   */
  JsonNode reduced(Map<Integer, Integer> nearest) {
    JsonNode reduced = reduced();
    ObjectNode names = (ObjectNode) reduced.path("model").path("vocab");
    Map<Integer, Integer> newIds = newIds();
    json.path("model")
        .path("vocab")
        .fields()
        .forEachRemaining(
            token -> {
              Integer other = nearest.get(token.getValue().asInt());
              if (other != null) {
                names.put(token.getKey(), newIds.get(other));
              }
            });
    for (JsonNode added : reduced.path("added_tokens")) {
      names.set(added.path("content").asText(), added.path("id"));
    }
    return reduced;
  }

  /** A copy of the file with these tokens alone. */
  JsonNode reduced() {
    ObjectNode reduced = json.deepCopy();
    Map<Integer, Integer> newIds = newIds();
    vocabulary.reduce((ObjectNode) reduced.path("model"), kept, newIds);
    for (JsonNode added : reduced.path("added_tokens")) {
      renumber((ObjectNode) added, "id", newIds);
    }
    processor(reduced.path("post_processor"), newIds);
    if (reduced.path("padding").isObject()) {
      renumber((ObjectNode) reduced.path("padding"), "pad_id", newIds);
    }
    return reduced;
  }

  private Map<Integer, Integer> newIds() {
    Map<Integer, Integer> newIds = new HashMap<>();
    kept.stream().forEach(id -> newIds.put(id, newIds.size()));
    return newIds;
  }

  private static void processor(JsonNode processor, Map<Integer, Integer> newIds) {
    for (String ofBert : Set.of("cls", "sep")) {
      if (processor.path(ofBert).isArray()) {
        renumber((ArrayNode) processor.path(ofBert), 1, newIds);
      }
    }
    for (JsonNode special : processor.path("special_tokens")) {
      if (special.path("ids") instanceof ArrayNode ids) {
        for (int i = 0; i < ids.size(); i++) {
          renumber(ids, i, newIds);
        }
      }
    }
    processor.path("processors").forEach(part -> processor(part, newIds));
  }

  private static void renumber(ObjectNode of, String key, Map<Integer, Integer> newIds) {
    Integer id = newIds.get(of.path(key).asInt(-1));
    if (id != null) {
      of.set(key, IntNode.valueOf(id));
    }
  }

  private static void renumber(ArrayNode of, int place, Map<Integer, Integer> newIds) {
    Integer id = newIds.get(of.path(place).asInt());
    if (id != null) {
      of.set(place, IntNode.valueOf(id));
    }
  }

  /** The part of a tokenizer that knows how words become tokens. */
  private interface Vocabulary {
    /** Adds the tokens without which others, or any text, would have none. */
    void addNeeded(BitSet kept);

    /** What a text has where no other token is, if there is such a token. */
    OptionalInt unknown();

    /** Reduces a model to these tokens. */
    void reduce(ObjectNode model, BitSet kept, Map<Integer, Integer> newIds);

    static Vocabulary of(JsonNode tokenizer) {
      JsonNode model = tokenizer.path("model");
      if (model.path("vocab").isArray()) {
        return new Pieces(model);
      }
      boolean ofBytes =
          tokenizer.path("pre_tokenizer").findValuesAsText("type").contains("ByteLevel");
      return model.has("merges") ? new Merged(model, ofBytes) : new Words(model, ofBytes);
    }
  }

  /** Characters of the scripts that texts have, and bytes, so that no word is without tokens. */
  private static final class Alphabet {
    private static final String BYTE = "<0x[0-9A-Fa-f]{2}>";

    private final Set<Character.UnicodeScript> scripts = new TreeSet<>();
    private final String prefix;
    private final String suffix;

    /**
     * @param ofBytes whether each character stands for a byte, so that none is left out
     */
    Alphabet(String prefix, String suffix, boolean ofBytes) {
      this.prefix = prefix;
      this.suffix = suffix;
      this.scripts.addAll(
          ofBytes
              ? Set.of(Character.UnicodeScript.values())
              : Set.of(Character.UnicodeScript.COMMON));
    }

    void addScripts(String token) {
      token.codePoints().mapToObj(Character.UnicodeScript::of).forEach(scripts::add);
    }

    boolean has(String token) {
      if (token.matches(BYTE)) {
        return true;
      }
      String body = token;
      if (!prefix.isEmpty() && body.startsWith(prefix)) {
        body = body.substring(prefix.length());
      }
      if (!suffix.isEmpty() && body.endsWith(suffix)) {
        body = body.substring(0, body.length() - suffix.length());
      }
      return !body.isEmpty()
          && body.codePointCount(0, body.length()) == 1
          && scripts.contains(Character.UnicodeScript.of(body.codePointAt(0)));
    }
  }

  /** Tokens by name: WordPiece, and whole words. */
  private static class Words implements Vocabulary {
    protected final Map<String, Integer> ids = new HashMap<>();
    private final String unknown;
    private final String prefix;
    private final String suffix;
    private final boolean ofBytes;

    Words(JsonNode model, boolean ofBytes) {
      this.ofBytes = ofBytes;
      for (Iterator<Map.Entry<String, JsonNode>> all = model.path("vocab").fields();
          all.hasNext(); ) {
        Map.Entry<String, JsonNode> entry = all.next();
        ids.put(entry.getKey(), entry.getValue().asInt());
      }
      unknown = model.path("unk_token").asText("");
      prefix = model.path("continuing_subword_prefix").asText("");
      suffix = model.path("end_of_word_suffix").asText("");
    }

    @Override
    public void addNeeded(BitSet kept) {
      Alphabet alphabet = new Alphabet(prefix, suffix, ofBytes);
      ids.forEach(
          (token, id) -> {
            if (kept.get(id)) {
              alphabet.addScripts(token);
            }
          });
      ids.forEach(
          (token, id) -> {
            if (alphabet.has(token)) {
              kept.set(id);
            }
          });
      unknown().ifPresent(kept::set);
    }

    @Override
    public OptionalInt unknown() {
      Integer id = ids.get(unknown);
      return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public void reduce(ObjectNode model, BitSet kept, Map<Integer, Integer> newIds) {
      ObjectNode reduced = model.objectNode();
      model
          .path("vocab")
          .fields()
          .forEachRemaining(
              entry -> {
                Integer id = newIds.get(entry.getValue().asInt());
                if (id != null) {
                  reduced.put(entry.getKey(), id);
                }
              });
      model.set("vocab", reduced);
    }
  }

  /** Byte-pair encoding: a token is there if the merges that make it are. */
  private static final class Merged extends Words {
    private final Merges merges;

    Merged(JsonNode model, boolean ofBytes) {
      super(model, ofBytes);
      merges = Merges.of(model);
    }

    @Override
    public void addNeeded(BitSet kept) {
      super.addNeeded(kept);
      ids.forEach(
          (token, id) -> {
            if (kept.get(id)) {
              merges.keepThoseOf(token);
            }
          });
      for (String token : merges.results()) {
        Integer id = ids.get(token);
        if (id != null) {
          kept.set(id);
        }
      }
    }

    @Override
    public void reduce(ObjectNode model, BitSet kept, Map<Integer, Integer> newIds) {
      super.reduce(model, kept, newIds);
      model.set("merges", merges.kept((ArrayNode) model.path("merges")));
    }
  }

  /** Pieces with scores, numbered by their places. */
  private static final class Pieces implements Vocabulary {
    private final JsonNode pieces;
    private final int unknown;

    Pieces(JsonNode model) {
      pieces = model.path("vocab");
      unknown = model.path("unk_id").asInt(-1);
    }

    /** The piece of the lowest score stays, as the score of what is unknown is computed from it. */
    @Override
    public void addNeeded(BitSet kept) {
      Alphabet alphabet = new Alphabet("", "", false);
      kept.stream()
          .filter(id -> id < pieces.size())
          .forEach(id -> alphabet.addScripts(pieces.path(id).path(0).asText()));
      int lowest = 0;
      for (int id = 0; id < pieces.size(); id++) {
        if (alphabet.has(pieces.path(id).path(0).asText())) {
          kept.set(id);
        }
        if (score(id) < score(lowest)) {
          lowest = id;
        }
      }
      kept.set(lowest);
      unknown().ifPresent(kept::set);
    }

    @Override
    public OptionalInt unknown() {
      return unknown < 0 ? OptionalInt.empty() : OptionalInt.of(unknown);
    }

    private double score(int id) {
      return pieces.path(id).path(1).asDouble();
    }

    @Override
    public void reduce(ObjectNode model, BitSet kept, Map<Integer, Integer> newIds) {
      ArrayNode reduced = model.arrayNode();
      kept.stream().filter(id -> id < pieces.size()).forEach(id -> reduced.add(pieces.path(id)));
      model.set("vocab", reduced);
      renumber(model, "unk_id", newIds);
    }
  }
}
