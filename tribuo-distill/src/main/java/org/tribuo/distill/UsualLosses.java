package org.tribuo.distill;

import org.tribuo.distill.loss.BinaryCrossEntropy;
import org.tribuo.distill.loss.BinarySoftTargets;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.RegressionSoftTargets;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.SquaredError;
import org.tribuo.distill.output.TargetKind;

/** The losses that are meant where none is stated. */
final class UsualLosses {
  private UsualLosses() {}

  static HardLoss hard(TargetKind kind) {
    return switch (kind) {
      case MULTICLASS -> new CrossEntropy();
      case MULTILABEL -> new BinaryCrossEntropy();
      case REGRESSION -> new SquaredError();
    };
  }

  static SoftLoss soft(TargetKind kind) {
    return switch (kind) {
      case MULTICLASS -> new KlDivergence();
      case MULTILABEL -> new BinarySoftTargets();
      case REGRESSION -> new RegressionSoftTargets();
    };
  }
}
