package org.tribuo.distill.teacher.internal;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Examples that a teacher reads as they are, one after the other, so that a batch has no tensors.
 *
 * @param rows the number of examples
 * @param sha256 digest of everything that the teacher reads of them
 */
record WholeExamples(int rows, String sha256) implements TeacherInputs {
  @Override
  public Set<String> inputNames() {
    return Set.of();
  }

  @Override
  public Iterable<TeacherBatch> batches(int from, int to, BatchLimits limits) {
    int size = limits.maxRows();
    return () ->
        IntStream.iterate(from, first -> first < to, first -> first + size)
            .mapToObj(first -> batch(first, Math.min(first + size, to)))
            .iterator();
  }

  private static TeacherBatch batch(int from, int to) {
    int[] lengths = new int[to - from];
    Arrays.fill(lengths, 1);
    return new TeacherBatch(IntStream.range(from, to).toArray(), lengths, Map.of());
  }
}
