package org.tribuo.distill.teacher;

import java.util.List;
import org.tribuo.distill.engine.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.graph.Sha256;

/**
 * What soft targets are found again by: everything that decides them beyond rounding. The provider
 * and the precision are part of it, because a GPU may multiply in a shorter float format, and a
 * processor does if that is asked for. The number of threads, the size of batches and the version
 * of ONNX Runtime are not: they move a logit by rounding alone. The label order names columns and
 * changes none.
 *
 * @param teacherSha256 digest of the teacher's file and its external data
 * @param output the name of the output that holds the logits
 * @param provider what computed them
 * @param precision the numbers in which it did
 * @param inputsSha256 {@link TeacherInputs#sha256()}
 */
public record SoftTargetKey(
    String teacherSha256,
    String output,
    ExecutionProvider provider,
    Precision precision,
    String inputsSha256) {
  /**
   * @throws IllegalArgumentException if a digest is not 64 lower-case hexadecimal digits
   */
  public SoftTargetKey {
    Sha256.check("the teacher", teacherSha256);
    Sha256.check("the inputs", inputsSha256);
  }

  /** One digest of all parts, as 64 lower-case hexadecimal digits. */
  public String sha256() {
    return Sha256.ofParts(List.of(teacherSha256, output, arithmetic(), inputsSha256));
  }

  /** Provider and precision in a word; the precision is left out where it is float32. */
  String arithmetic() {
    return precision == Precision.FLOAT32 ? provider.name() : provider + "/" + precision;
  }

  /**
   * The key with a teacher's digest, output, {@link #arithmetic} and digest of inputs.
   *
   * @throws IllegalArgumentException if one of them is not of its form
   */
  static SoftTargetKey of(
      String teacherSha256, String output, String arithmetic, String inputsSha256) {
    String[] parts = arithmetic.split("/", 2);
    return new SoftTargetKey(
        teacherSha256,
        output,
        ExecutionProvider.valueOf(parts[0]),
        parts.length == 1 ? Precision.FLOAT32 : Precision.valueOf(parts[1]),
        inputsSha256);
  }
}
