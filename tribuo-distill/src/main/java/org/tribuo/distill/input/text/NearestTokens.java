package org.tribuo.distill.input.text;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Tensor;

/**
 * For tokens that are gone, those that are left and whose embeddings are nearest to theirs, by the
 * cosine: a whole word for a word, a piece for a piece.
 */
final class NearestTokens {
  private final float[] table;
  private final int width;
  private final NavigableMap<Integer, String> names;
  private final String prefix;

  /**
   * @param table of embeddings [tokens, width]
   * @param names of the tokens
   * @param prefix of pieces
   */
  NearestTokens(Tensor table, NavigableMap<Integer, String> names, String prefix) {
    this.table = table.toFloats();
    this.width = Math.toIntExact(table.dim(1));
    this.names = names;
    this.prefix = prefix;
    for (int row = 0; row < this.table.length; row += width) {
      divideByLength(row);
    }
  }

  private void divideByLength(int row) {
    double squares = 0;
    for (int i = row; i < row + width; i++) {
      squares += (double) table[i] * table[i];
    }
    float length = squares == 0 ? 1 : (float) Math.sqrt(squares);
    for (int i = row; i < row + width; i++) {
      table[i] /= length;
    }
  }

  /**
   * What tokens are read as.
   *
   * @param words the tokens that are left, but for special ones
   * @param gone those that are not
   */
  Map<Integer, Integer> of(int[] words, int[] gone) {
    Map<Integer, Integer> nearest = new HashMap<>();
    for (boolean piece : new boolean[] {false, true}) {
      int[] left = IntStream.of(words).filter(token -> isPiece(token) == piece).toArray();
      if (left.length > 0) {
        float[] columns = columns(left);
        nearest.putAll(
            IntStream.of(gone)
                .parallel()
                .filter(token -> isPiece(token) == piece)
                .boxed()
                .map(token -> Map.entry(token, nearest(token, left, columns)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
      }
    }
    return nearest;
  }

  private boolean isPiece(int token) {
    return !prefix.isEmpty() && Objects.requireNonNull(names.get(token)).startsWith(prefix);
  }

  /** The rows of tokens side by side, so that all cosines of a token are summed at once. */
  private float[] columns(int[] tokens) {
    float[] columns = new float[width * tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      for (int j = 0; j < width; j++) {
        columns[j * tokens.length + i] = table[tokens[i] * width + j];
      }
    }
    return columns;
  }

  private int nearest(int token, int[] left, float[] columns) {
    float[] cosines = new float[left.length];
    for (int j = 0; j < width; j++) {
      float factor = table[token * width + j];
      int from = j * left.length;
      for (int i = 0; i < left.length; i++) {
        cosines[i] += factor * columns[from + i];
      }
    }
    int best = 0;
    for (int i = 1; i < left.length; i++) {
      best = cosines[i] > cosines[best] ? i : best;
    }
    return left[best];
  }
}
