package org.tribuo.distill.input.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.stream.IntStream;

/**
 * Finds the tokens that are left of a vocabulary if a token that few texts have is taken out of it,
 * so that its words are read in pieces.
 *
 * <p>Which pieces are frequent is known only when the words are in pieces. So the longest rare
 * tokens are taken out first, the texts that had them are read again, and what they have now is
 * counted with what was there before. A rare token gives way to pieces that other words have too,
 * where there are such, and to single characters or bytes where there are none.
 */
final class RareTokens {
  private final TokenizerFile tokenizer;
  private final List<String> texts;
  private final int least;
  private final NavigableMap<Integer, String> names;
  private final String prefix;
  private final BitSet removed = new BitSet();
  private final List<BitSet> tokensOfTexts = new ArrayList<>();
  private final Map<Integer, Integer> counts = new HashMap<>();

  private RareTokens(TokenizerFile tokenizer, List<String> texts, int least) {
    this.tokenizer = tokenizer;
    this.texts = texts;
    this.least = least;
    this.names = TokenNumbers.names(tokenizer.json());
    this.prefix = tokenizer.json().path("model").path("continuing_subword_prefix").asText("");
  }

  /**
   * The tokens that texts have, each of them in a least number of texts.
   *
   * @param least 1 or more; 1 for all tokens of the texts
   * @throws IOException if the tokenizer cannot be loaded
   */
  static BitSet takenOut(TokenizerFile tokenizer, List<String> texts, int least)
      throws IOException {
    return new RareTokens(tokenizer, texts, least).frequent();
  }

  private BitSet frequent() throws IOException {
    int[] unchanged = IntStream.rangeClosed(0, names.lastKey()).toArray();
    int[] all = IntStream.range(0, texts.size()).toArray();
    IntStream.of(all).forEach(text -> tokensOfTexts.add(new BitSet()));
    read(tokenizer, unchanged, all);
    int longest = names.values().stream().mapToInt(this::length).max().orElse(0);
    for (int length = longest; length > 0 && least > 1; length--) {
      takeOut(length);
    }
    BitSet frequent = new BitSet();
    counts.forEach((token, count) -> frequent.set(token, count >= least));
    return frequent;
  }

  private int length(String token) {
    int start = token.startsWith(prefix) ? prefix.length() : 0;
    return token.codePointCount(start, token.length());
  }

  private int count(int token) {
    return counts.getOrDefault(token, 0);
  }

  /** Takes out the rare tokens of a length, and what no text has that is not shorter. */
  private void takeOut(int length) throws IOException {
    BitSet rare = new BitSet();
    names.forEach(
        (token, name) -> {
          if (count(token) < least && length(name) >= length) {
            removed.set(token);
            rare.set(token, count(token) > 0 && length(name) == length);
          }
        });
    int[] affected =
        IntStream.range(0, texts.size())
            .filter(text -> tokensOfTexts.get(text).intersects(rare))
            .toArray();
    if (affected.length > 0) {
      BitSet left = new BitSet();
      names.keySet().forEach(token -> left.set(token, !removed.get(token)));
      ReducedTokenizer reduced = new ReducedTokenizer(tokenizer.json(), left);
      read(tokenizer.with(reduced.reduced()), reduced.kept(), affected);
    }
  }

  /**
   * Counts the tokens of some texts again.
   *
   * @param numbers of the tokens in the whole vocabulary
   */
  private void read(TokenizerFile reader, int[] numbers, int[] some) throws IOException {
    try (TextTokenizer open = TextTokenizer.open(reader, TokenSequence.MAX_LENGTH)) {
      List<TokenSequence> read = open.encodeAll(IntStream.of(some).mapToObj(texts::get).toList());
      for (int i = 0; i < some.length; i++) {
        BitSet tokens = new BitSet();
        for (int position = 0; position < read.get(i).length(); position++) {
          tokens.set(numbers[read.get(i).id(position)]);
        }
        tokensOfTexts.get(some[i]).stream().forEach(token -> counts.merge(token, -1, Integer::sum));
        tokens.stream().forEach(token -> counts.merge(token, 1, Integer::sum));
        tokensOfTexts.set(some[i], tokens);
      }
    }
  }
}
