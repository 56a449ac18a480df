package org.tribuo.distill.teacher.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.graph.internal.pass.ChosenLogits;
import org.tribuo.distill.teacher.internal.store.LargestLogits;

/**
 * What a model with the outputs {@link ChosenLogits} gave for a batch.
 *
 * @param outputs by name
 * @param row the shape of all logits of an example
 * @param k how many of each vector were chosen
 */
record ChosenOfBatch(Map<String, Tensor> outputs, RowShape row, int k) {
  /**
   * The rows of the batch, without padding; empty where the logits have another shape than is
   * expected, are not all finite, or may be probabilities.
   */
  Optional<List<LargestLogits>> rows(TeacherBatch batch) {
    int[] lengths = batch.lengths();
    RowShape one = row.withColumns(1);
    long[] dims = output(ChosenLogits.DIMS).toLongs();
    if (dims[0] != batch.inputs().values().iterator().next().dim(0)
        || !row.fits(dims, Arrays.stream(lengths).max().orElseThrow())
        || !areLogits(one.cut(output(ChosenLogits.SUM), lengths))) {
      return Optional.empty();
    }
    RowShape chosen = row.withColumns(k);
    List<float[]> largest = chosen.cut(output(ChosenLogits.LARGEST), lengths);
    List<long[]> columns = chosen.cutLongs(output(ChosenLogits.COLUMNS), lengths);
    List<float[]> tails = one.cut(output(ChosenLogits.TAIL), lengths);
    List<LargestLogits> rows = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      rows.add(new LargestLogits(largest.get(i), columns.get(i), tails.get(i)));
    }
    return Optional.of(rows);
  }

  /** Whether the sums of vectors are finite, and not those of probabilities. */
  private static boolean areLogits(List<float[]> sums) {
    boolean areOne = true;
    for (float[] ofRow : sums) {
      for (float scaled : ofRow) {
        if (!Float.isFinite(scaled)) {
          return false;
        }
        double sum = scaled / ChosenLogits.SCALE_OF_SUM;
        areOne &= Probabilities.addUpTo(sum);
      }
    }
    return !areOne;
  }

  private Tensor output(String name) {
    return Objects.requireNonNull(outputs.get(name), name);
  }
}
