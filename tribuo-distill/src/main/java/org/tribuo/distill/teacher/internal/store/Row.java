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
 * @param classes the columns that the logits are of, where only the largest are kept
 */
record Row(int length, float[] logits, int @Nullable [] classes) {
  /** A row of all logits. */
  static Row of(int length, float[] logits) {
    return new Row(length, logits, null);
  }

  /** The columns that the logits are of. */
  long[] longClasses() {
    return Arrays.stream(classes == null ? new int[0] : classes).asLongStream().toArray();
  }

  /** The k largest of each vector, the largest first, of equal ones that with the lower class. */
  Row largest(int k, int columns) {
    int vectors = logits.length / columns;
    float[] largest = new float[vectors * k];
    int[] ofLargest = new int[vectors * k];
    for (int vector = 0; vector < vectors; vector++) {
      int filled = 0;
      for (int column = 0; column < columns; column++) {
        int at = vector * columns + column;
        int name = classes == null ? column : classes[at];
        filled = insert(logits[at], name, largest, ofLargest, vector * k, filled, k);
      }
    }
    return new Row(length, largest, ofLargest);
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
    int order = Float.compare(logit, other);
    return order > 0 || order == 0 && name < ofOther;
  }

  /**
   * The same with the columns of a student.
   *
   * @param shape of the logits
   * @param order for each of the student's columns that of the teacher
   */
  Row inOrder(int[] order, RowShape shape) {
    if (classes == null) {
      return new Row(length, shape.pick(logits, length, order), null);
    }
    int[] places = new int[order.length];
    IntStream.range(0, order.length).forEach(place -> places[order[place]] = place);
    int[] named = Arrays.stream(classes).map(column -> places[column]).toArray();
    return new Row(length, logits, named).largest(shape.columns(), shape.columns());
  }
}
