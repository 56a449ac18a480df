package org.tribuo.distill.input.internal.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.CategoricalInfo;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.VariableInfo;
import org.tribuo.distill.input.internal.SequenceModality;
import org.tribuo.distill.input.internal.SequenceWindow;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.input.text.WordTokenizer;
import org.tribuo.sequence.SequenceExample;

/**
 * Sentences as words of tokens, which {@link WordTokenizer} makes, for models that read tokens. A
 * word is scored at the first of its tokens.
 *
 * <p>A sentence that has too many tokens is cut into windows of whole words, each with the special
 * tokens of the sentence. Two neighbours share up to half of their tokens, and a word that is in
 * several is scored where it has the most context on its poorer side. Of a word that alone is
 * longer than a window, the first tokens are read.
 */
public final class Words implements SequenceModality {
  /** The element of a special token. */
  private static final int NONE = -1;

  /** How many tokens of a word a feature map has names for, where none is known to have more. */
  private static final int USUAL_TOKENS = 64;

  @Override
  public boolean reads(FeatureMap features) {
    return WordFeatures.areIn(features);
  }

  @Override
  public List<SequenceWindow> windows(SequenceExample<?> sequence, int maxLength) {
    WordPieces pieces = WordFeatures.read(sequence);
    int room = maxLength - pieces.before().size() - pieces.after().size();
    if (room < 1) {
      throw new IllegalArgumentException(
          "A window of %d tokens has no room for a word beside the %d special ones; state a larger maxLength"
              .formatted(maxLength, maxLength - room));
    }
    int[] starts = pieces.starts();
    List<Range> ranges = ranges(starts, room);
    Map<Integer, Range> owners = new LinkedHashMap<>();
    for (int word = 0; word < pieces.words().size(); word++) {
      if (!pieces.words().get(word).isEmpty()) {
        owners.put(word, owner(word, ranges, starts));
      }
    }
    List<SequenceWindow> windows = new ArrayList<>();
    for (Range range : ranges) {
      SequenceWindow window = window(range, pieces, room, owners);
      if (!window.elements().isEmpty()) {
        windows.add(window);
      }
    }
    return windows;
  }

  /** Some words: from one to before another. */
  private record Range(int from, int to) {
    boolean has(int word) {
      return word >= from && word < to;
    }
  }

  private static List<Range> ranges(int[] starts, int room) {
    int words = starts.length - 1;
    List<Range> ranges = new ArrayList<>();
    int from = 0;
    int end = 0;
    while (end < words) {
      int to = from + 1;
      while (to < words && starts[to + 1] - starts[from] <= room) {
        to++;
      }
      if (to > end) {
        ranges.add(new Range(from, to));
        end = to;
      }
      int next = to;
      while (next > from + 1 && 2 * (starts[to] - starts[next - 1]) <= room) {
        next--;
      }
      from = next;
    }
    return ranges;
  }

  private static Range owner(int word, List<Range> ranges, int[] starts) {
    return ranges.stream()
        .filter(range -> range.has(word))
        .max(
            Comparator.<Range>comparingInt(
                    range ->
                        Math.min(
                            starts[word] - starts[range.from()],
                            starts[range.to()] - starts[word + 1]))
                .thenComparing(Range::from, Comparator.reverseOrder()))
        .orElseThrow();
  }

  private static SequenceWindow window(
      Range range, WordPieces pieces, int room, Map<Integer, Range> owners) {
    List<Integer> ids = new ArrayList<>(pieces.before());
    List<Integer> wordsOfTokens = new ArrayList<>(Collections.nCopies(ids.size(), NONE));
    List<Integer> elements = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    for (int word = range.from(); word < range.to(); word++) {
      if (range.equals(owners.get(word))) {
        elements.add(word);
        positions.add(ids.size());
      }
      List<Integer> tokens = pieces.words().get(word);
      List<Integer> fitting = tokens.subList(0, Math.min(tokens.size(), room));
      ids.addAll(fitting);
      wordsOfTokens.addAll(Collections.nCopies(fitting.size(), word));
    }
    ids.addAll(pieces.after());
    wordsOfTokens.addAll(Collections.nCopies(pieces.after().size(), NONE));
    TokenSequence tokens = TokenSequence.of(ids.stream().mapToInt(Integer::intValue).toArray());
    return new SequenceWindow(tokens.features(), wordsOfTokens, elements, positions);
  }

  @Override
  public ImmutableFeatureMap featureMap(FeatureMap observed) {
    Map<String, VariableInfo> infos = new LinkedHashMap<>();
    for (VariableInfo info : observed) {
      infos.put(info.getName(), info);
    }
    List<String> names = new ArrayList<>(List.of(WordFeatures.NO_TOKENS));
    for (int i = 0; i < USUAL_TOKENS; i++) {
      names.add(TokenNames.name(WordFeatures.IDS, i));
    }
    names.add(TokenNames.name(WordFeatures.BEFORE, 0));
    names.add(TokenNames.name(WordFeatures.AFTER, 0));
    names.forEach(name -> infos.putIfAbsent(name, new CategoricalInfo(name)));
    return new ImmutableFeatureMap(new ArrayList<>(infos.values()));
  }

  @Override
  public String toString() {
    return "Words";
  }
}
