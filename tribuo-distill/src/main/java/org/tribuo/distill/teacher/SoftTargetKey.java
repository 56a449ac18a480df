package org.tribuo.distill.teacher;

import java.util.List;
import org.tribuo.distill.graph.Sha256;
import org.tribuo.distill.runtime.ExecutionProvider;

/**
 * What soft targets are found again by: everything that decides them beyond rounding. The provider
 * is part of it, because a GPU may multiply in a shorter float format. The number of threads, the
 * size of batches and the version of ONNX Runtime are not: they move a logit by rounding alone. The
 * label order names columns and changes none.
 *
 * @param teacherSha256 digest of the teacher's file and its external data
 * @param output the name of the output that holds the logits
 * @param provider what computed them
 * @param inputsSha256 {@link TeacherInputs#sha256()}
 */
public record SoftTargetKey(
    String teacherSha256, String output, ExecutionProvider provider, String inputsSha256) {
  /**
   * @throws IllegalArgumentException if a digest is not 64 lower-case hexadecimal digits
   */
  public SoftTargetKey {
    Sha256.check("the teacher", teacherSha256);
    Sha256.check("the inputs", inputsSha256);
  }

  /** One digest of all parts, as 64 lower-case hexadecimal digits. */
  public String sha256() {
    return Sha256.ofParts(List.of(teacherSha256, output, provider.name(), inputsSha256));
  }
}
