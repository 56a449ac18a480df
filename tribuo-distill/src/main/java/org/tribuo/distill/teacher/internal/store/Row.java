package org.tribuo.distill.teacher.internal.store;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.internal.RowShape;

/**
 * What is kept of one example.
 *
 * @param length the size of its named dimension; 1 if there is none
 * @param logits in the order of the shape
 * @param chosen what the logits are of, where only the largest are kept
 */
record Row(int length, float[] logits, @Nullable Chosen chosen) {
  /** The tail of a vector of which all logits are kept: that of a class without probability. */
  private static final float NO_TAIL = -1e30f;

  /**
   * The largest logits of each vector.
   *
   * @param classes the columns that the logits are of
   * @param tails of each vector the logarithm of the sum of the exponentials of all other logits
   */
  record Chosen(int[] classes, float[] tails) {
    /** Whether there is anything behind the logits of a vector. */
    private double tail(int vector) {
      return tails[vector] <= NO_TAIL ? Double.NEGATIVE_INFINITY : tails[vector];
    }
  }

  /** A row of all logits. */
  static Row of(int length, float[] logits) {
    return new Row(length, logits, null);
  }

  /** The columns that the logits are of. */
  long[] longClasses() {
    return chosen == null ? new long[0] : Arrays.stream(chosen.classes()).asLongStream().toArray();
  }

  /** The tail of each vector. */
  float[] tails() {
    return chosen == null ? new float[0] : chosen.tails();
  }

  /**
   * The k largest of each vector, the largest first, of equal ones that with the lower class. They
   * are rounded as they are where they are kept, so that it is of no matter whether they were.
   */
  Row largest(int k, int columns) {
    int vectors = logits.length / columns;
    float[] largest = new float[vectors * k];
    int[] ofLargest = new int[vectors * k];
    float[] tails = new float[vectors];
    for (int vector = 0; vector < vectors; vector++) {
      int start = vector * k;
      int filled = 0;
      for (int column = 0; column < columns; column++) {
        int at = vector * columns + column;
        filled = insert(logits[at], name(at, column), largest, ofLargest, start, filled, k);
      }
      tails[vector] = tail(vector, columns, largest[start + k - 1], ofLargest[start + k - 1]);
      round(largest, ofLargest, start, k);
    }
    return new Row(length, largest, new Chosen(ofLargest, tails));
  }

  /** Rounds the largest of a vector, of which some may become equal. */
  private static void round(float[] largest, int[] ofLargest, int start, int k) {
    float first = largest[start];
    for (int i = 0; i < k; i++) {
      float rounded = LogitSteps.rounded(largest[start + i], first);
      insert(rounded, ofLargest[start + i], largest, ofLargest, start, i, k);
    }
  }

  private int name(int at, int column) {
    return chosen == null ? column : chosen.classes()[at];
  }

  /** That of what comes behind the last of the largest, and of what was left out before. */
  private float tail(int vector, int columns, float last, int ofLast) {
    double before = chosen == null ? Double.NEGATIVE_INFINITY : chosen.tail(vector);
    double most = before;
    for (int column = 0; column < columns; column++) {
      int at = vector * columns + column;
      if (isBefore(last, ofLast, logits[at], name(at, column))) {
        most = Math.max(most, logits[at]);
      }
    }
    if (most == Double.NEGATIVE_INFINITY) {
      return NO_TAIL;
    }
    double sum = Math.exp(before - most);
    for (int column = 0; column < columns; column++) {
      int at = vector * columns + column;
      if (isBefore(last, ofLast, logits[at], name(at, column))) {
        sum += Math.exp(logits[at] - most);
      }
    }
    return (float) (most + Math.log(sum));
  }

  /** Inserts a logit into those in descending order, of which at most k stay. */
  private static int insert(
      float logit, int name, float[] largest, int[] ofLargest, int start, int filled, int k) {
    int place = filled;
    while (place > 0
        && isBefore(logit, name, largest[start + place - 1], ofLargest[start + place - 1])) {
      place--;
    }
    if (place == k) {
      return filled;
    }
    int kept = Math.min(filled, k - 1);
    System.arraycopy(largest, start + place, largest, start + place + 1, kept - place);
    System.arraycopy(ofLargest, start + place, ofLargest, start + place + 1, kept - place);
    largest[start + place] = logit;
    ofLargest[start + place] = name;
    return kept + 1;
  }

  private static boolean isBefore(float logit, int name, float other, int ofOther) {
    return logit > other || logit == other && name < ofOther;
  }

  /**
   * The same with the columns of a student.
   *
   * @param shape of the logits
   * @param order for each of the student's columns that of the teacher
   */
  Row inOrder(int[] order, RowShape shape) {
    if (chosen == null) {
      return of(length, shape.pick(logits, length, order));
    }
    int[] places = new int[order.length];
    IntStream.range(0, order.length).forEach(place -> places[order[place]] = place);
    int[] named = Arrays.stream(chosen.classes()).map(column -> places[column]).toArray();
    return new Row(length, logits, new Chosen(named, chosen.tails()))
        .largest(shape.columns(), shape.columns());
  }
}
