package org.tribuo.distill.training.internal.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Which rows are trained on, and which are held out.
 *
 * @param training in ascending order
 * @param heldOut in ascending order
 */
public record Split(int[] training, int[] heldOut) {
  /** All rows that count are trained on. */
  public static Split none(ExampleRows rows) {
    return new Split(rows.counted().toArray(), new int[0]);
  }

  /**
   * Holds out a part of what can be measured, at least one row. Rows of the same origin, as windows
   * of a sequence or copies of an image, are all held out, or none of them.
   *
   * @throws IllegalArgumentException if there are fewer than two rows of which the output is known,
   *     or origins of such
   */
  public static Split some(ExampleRows rows, double part, SplittableRandom random) {
    int[] sources = rows.sources();
    int[] labelled =
        Arrays.stream(rows.answeredRows()).map(row -> sources[row]).distinct().toArray();
    if (labelled.length < 2) {
      throw new IllegalArgumentException(
          "Early stopping holds out labelled examples, and there are %d, expected at least 2"
              .formatted(labelled.length));
    }
    int count =
        (int) Math.min(labelled.length - 1, Math.max(1, Math.round(part * labelled.length)));
    BitSet heldOut = new BitSet(rows.count());
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i, labelled.length);
      heldOut.set(labelled[j]);
      labelled[j] = labelled[i];
    }
    return new Split(
        rows.counted().filter(row -> !heldOut.get(sources[row])).toArray(),
        rows.counted().filter(row -> heldOut.get(sources[row])).toArray());
  }

  /** The rows that are trained on and have a label. */
  public int[] labelledTraining(ExampleRows rows) {
    return Arrays.stream(training).filter(row -> rows.labelled()[row]).toArray();
  }
}
