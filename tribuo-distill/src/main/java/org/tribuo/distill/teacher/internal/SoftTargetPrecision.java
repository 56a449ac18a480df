package org.tribuo.distill.teacher.internal;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Optional;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.OperatorLibrary;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * The precision in which a teacher computes its soft targets, its property {@code precision}.
 *
 * @param properties of the teacher
 * @param stated empty for that of the trainer's device
 */
public record SoftTargetPrecision(PropertyChecks properties, Optional<Precision> stated) {
  private static final String PROPERTY = "precision";

  /**
   * Checks that it can be computed at all.
   *
   * @throws PropertyException if the library of operators that it needs is not on the class path
   */
  public void check() {
    if (stated.equals(Optional.of(Precision.BFLOAT16_PRODUCTS))
        && OperatorLibrary.onClassPath().isEmpty()) {
      throw properties.refused(PROPERTY, OperatorLibrary.MISSING);
    }
  }

  /**
   * Checks that it can be computed where the training runs.
   *
   * @throws PropertyException if it cannot
   */
  public void check(Device ofTrainer) {
    boolean isShort = stated.filter(precision -> precision != Precision.FLOAT32).isPresent();
    if (isShort && ofTrainer.provider() != ExecutionProvider.CPU) {
      throw properties.refused(
          PROPERTY,
          "is %s, which is for the CPU, but the trainer's device is %s; state FLOAT32"
              .formatted(stated.get(), ofTrainer));
    }
  }

  /** The teacher that computes in it, beside products of integers in float32. */
  public TeacherSettings of(TeacherSettings teacher, Device ofTrainer) {
    boolean int8 = stated.equals(Optional.of(Precision.INT8_PRODUCTS));
    Optional<Precision> ofDevice = int8 ? Optional.of(Precision.FLOAT32) : stated;
    return teacher
        .withDevice(ofDevice.map(ofTrainer::withPrecision).orElse(ofTrainer))
        .withInt8(int8);
  }
}
