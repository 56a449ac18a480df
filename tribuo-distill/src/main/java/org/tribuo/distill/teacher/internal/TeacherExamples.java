package org.tribuo.distill.teacher.internal;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.student.internal.LaterPositions;

/**
 * Examples as a teacher reads them. One that cannot recognise padding reads examples of one length
 * at a time, so that what it outputs for one does not depend on the others. Where a teacher takes a
 * fixed number of rows, short batches are filled up.
 *
 * @param fed the examples on their way into the teacher
 */
public record TeacherExamples(FedInputs<?> fed) implements TeacherInputs {
  @Override
  public int rows() {
    return fed.examples().count();
  }

  @Override
  public Set<String> inputNames() {
    return Set.copyOf(fed.feeder().names());
  }

  @Override
  public String sha256() {
    MessageDigest digest = newDigest();
    fed.examples().digest(digest);
    fed.feeder().digest(digest);
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public Iterable<TeacherBatch> batches(int from, int to, BatchLimits limits) {
    int[] lengths = IntStream.range(from, to).map(fed.examples()::length).toArray();
    int longest = Arrays.stream(lengths).max().orElse(1);
    BatchPlan plan = BatchPlan.of(limits.maxRows(), Math.max(limits.maxTokens(), longest));
    return () ->
        fed.feeder().batches(plan, lengths).stream()
            .map(rows -> batch(Arrays.stream(rows).map(row -> from + row).toArray()))
            .iterator();
  }

  @Override
  public List<TeacherInputs> beginnings() {
    return beginnings(fed);
  }

  private static <X> List<TeacherInputs> beginnings(FedInputs<X> fed) {
    List<TeacherInputs> all = new ArrayList<>();
    LaterPositions.beginnings(fed.examples())
        .forEach(each -> all.add(new TeacherExamples(new FedInputs<>(each, fed.feeder()))));
    return all;
  }

  /** Some of the examples, in the order of their numbers. */
  TeacherExamples pick(int... rows) {
    return new TeacherExamples(fed.pick(rows));
  }

  private TeacherBatch batch(int[] rows) {
    int[] lengths = Arrays.stream(rows).map(fed.examples()::steps).toArray();
    return new TeacherBatch(rows, lengths, fed.filledUp(rows));
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
