package org.tribuo.distill.teacher.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.file.internal.Sha256;

/**
 * What soft targets are found again by: everything that decides them beyond rounding. The provider
 * and the precision are part of it, because a GPU may multiply in a shorter float format, and a
 * processor does where that is set. The number of threads, the size of batches and the version of
 * ONNX Runtime are not: they move a logit by rounding alone. The label order names columns and
 * changes none.
 *
 * @param teacherSha256 digest of the teacher's file and its external data
 * @param output the name of the output that holds the logits
 * @param provider what computed them
 * @param precision the numbers in which it did
 * @param inputsSha256 digest of everything that the teacher reads
 * @param largest how many of the largest logits are kept of each vector; empty for all of them
 */
public record SoftTargetKey(
    String teacherSha256,
    String output,
    ExecutionProvider provider,
    Precision precision,
    String inputsSha256,
    OptionalInt largest) {
  /**
   * @throws IllegalArgumentException if a digest is not 64 lower-case hexadecimal digits, or fewer
   *     than one logit is kept
   */
  public SoftTargetKey {
    if (largest.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "Of each vector the %d largest logits are kept, expected 1 or more"
              .formatted(largest.getAsInt()));
    }
    Sha256.check("the teacher", teacherSha256);
    Sha256.check("the inputs", inputsSha256);
  }

  /** One digest of all parts, as 64 lower-case hexadecimal digits. */
  public String sha256() {
    List<String> parts =
        new ArrayList<>(List.of(teacherSha256, output, arithmetic(), inputsSha256));
    largest.ifPresent(k -> parts.add("largest " + k + " and tail, in wider steps"));
    return Sha256.ofParts(parts);
  }

  /** The key of the k largest logits alone. */
  public SoftTargetKey withLargest(int k) {
    return new SoftTargetKey(
        teacherSha256, output, provider, precision, inputsSha256, OptionalInt.of(k));
  }

  /** The key of the logits of some columns alone, the first ones. */
  public SoftTargetKey withFirstColumns(int columns) {
    return new SoftTargetKey(
        teacherSha256,
        output + " of the first %d columns".formatted(columns),
        provider,
        precision,
        inputsSha256,
        largest);
  }

  /** Provider and precision in a word; the precision is left out where it is float32. */
  String arithmetic() {
    return precision == Precision.FLOAT32 ? provider.name() : provider + "/" + precision;
  }

  /**
   * The key with a teacher's digest, output, {@link #arithmetic} and digest of inputs.
   *
   * @param largest 0 for all logits
   * @throws IllegalArgumentException if one of them is not of its form
   */
  static SoftTargetKey of(
      String teacherSha256, String output, String arithmetic, String inputsSha256, int largest) {
    String[] parts = arithmetic.split("/", 2);
    return new SoftTargetKey(
        teacherSha256,
        output,
        ExecutionProvider.valueOf(parts[0]),
        parts.length == 1 ? Precision.FLOAT32 : Precision.valueOf(parts[1]),
        inputsSha256,
        largest == 0 ? OptionalInt.empty() : OptionalInt.of(largest));
  }
}
