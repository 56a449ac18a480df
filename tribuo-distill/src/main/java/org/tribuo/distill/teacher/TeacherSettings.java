package org.tribuo.distill.teacher;

import java.nio.file.Path;
import java.util.Optional;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.output.LabelOrder;

/**
 * What makes a teacher.
 *
 * @param model an ONNX file; its external data lies beside it
 * @param labels the names of the logits' columns, in the order of the model
 * @param logits the output that holds the logits; empty to find it
 * @param values whether that output holds the values of a regression, which are taken as they are;
 *     of a classifier that ends in probabilities the logits below them are taken
 * @param device where the teacher runs
 */
public record TeacherSettings(
    Path model, LabelOrder labels, Optional<String> logits, boolean values, Device device) {
  /** A classifier on the CPU with ONNX Runtime's own choice of threads; the logits are found. */
  public static TeacherSettings of(Path model, LabelOrder labels) {
    return new TeacherSettings(model, labels, Optional.empty(), false, Device.cpu(0));
  }

  /** The same with the logits in a named output. */
  public TeacherSettings withLogits(String output) {
    return new TeacherSettings(model, labels, Optional.of(output), values, device);
  }

  /** The same, asked for the values of a regression. */
  public TeacherSettings withValues() {
    return new TeacherSettings(model, labels, logits, true, device);
  }

  /** The same, run elsewhere. */
  public TeacherSettings withDevice(Device elsewhere) {
    return new TeacherSettings(model, labels, logits, values, elsewhere);
  }
}
