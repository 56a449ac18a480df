package org.tribuo.distill.teacher.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.graph.Tensor;

/** Token sequences of random length, put into batches of like length. */
record TinyRows(List<int[]> sequences) implements TeacherInputs {
  static TinyRows random(int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<int[]> sequences = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      sequences.add(
          IntStream.range(0, 1 + random.nextInt(9))
              .map(i -> random.nextInt(TinyTeacher.VOCABULARY))
              .toArray());
    }
    return new TinyRows(sequences);
  }

  @Override
  public int rows() {
    return sequences.size();
  }

  @Override
  public Set<String> inputNames() {
    return Set.of("input_ids", "attention_mask");
  }

  @Override
  public String sha256() {
    return Sha256.ofParts(sequences.stream().map(Arrays::toString).toList());
  }

  @Override
  public Iterable<TeacherBatch> batches(int from, int to, BatchLimits limits) {
    int[] byLength =
        IntStream.range(from, to)
            .boxed()
            .sorted(Comparator.comparingInt(row -> sequences.get(row).length))
            .mapToInt(Integer::intValue)
            .toArray();
    List<TeacherBatch> batches = new ArrayList<>();
    for (int start = 0; start < byLength.length; start += limits.maxRows()) {
      int end = Math.min(byLength.length, start + limits.maxRows());
      batches.add(batch(Arrays.copyOfRange(byLength, start, end)));
    }
    return batches;
  }

  TeacherBatch batch(int... rows) {
    int longest = IntStream.of(rows).map(row -> sequences.get(row).length).max().orElseThrow();
    long[] ids = new long[rows.length * longest];
    long[] mask = new long[rows.length * longest];
    for (int i = 0; i < rows.length; i++) {
      int[] sequence = sequences.get(rows[i]);
      for (int position = 0; position < sequence.length; position++) {
        ids[i * longest + position] = sequence[position];
        mask[i * longest + position] = 1;
      }
    }
    return new TeacherBatch(
        rows,
        IntStream.of(rows).map(row -> sequences.get(row).length).toArray(),
        Map.of(
            "input_ids", Tensor.of(ids, rows.length, longest),
            "attention_mask", Tensor.of(mask, rows.length, longest)));
  }
}
