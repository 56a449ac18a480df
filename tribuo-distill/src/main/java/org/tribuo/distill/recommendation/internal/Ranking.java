package org.tribuo.distill.recommendation.internal;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Places of items by their logits: the largest first, of equal ones that with the lower number. */
final class Ranking {
  private Ranking() {}

  /**
   * The largest logits.
   *
   * @param count how many, at most as many as there are
   * @return their columns, the largest first
   */
  static int[] largest(float[] logits, int count) {
    Comparator<Integer> worstFirst =
        Comparator.<Integer, Float>comparing(column -> logits[column])
            .thenComparing(Comparator.reverseOrder());
    PriorityQueue<Integer> best = new PriorityQueue<>(worstFirst);
    for (int column = 0; column < logits.length; column++) {
      best.add(column);
      if (best.size() > count) {
        best.poll();
      }
    }
    int[] columns = new int[best.size()];
    for (int i = columns.length - 1; i >= 0; i--) {
      columns[i] = best.remove();
    }
    return columns;
  }

  /**
   * The place of a column, from 1.
   *
   * @param offset where the logits begin
   * @param count how many there are
   */
  static int place(float[] logits, int offset, int count, int column) {
    int place = 1;
    float own = logits[offset + column];
    for (int i = 0; i < count; i++) {
      float other = logits[offset + i];
      place += other > own || (other == own && i < column) ? 1 : 0;
    }
    return place;
  }
}
