package org.tribuo.distill;

import org.tribuo.distill.training.LearningRateSchedule;
import org.tribuo.distill.training.LearningRateSchedule.WarmUp;

/** What the learning rate does after its warm-up. */
public enum LearningRateDecay {
  /** It stays at its peak. */
  CONSTANT,
  /** It falls in a straight line to 0. */
  LINEAR,
  /** It falls to 0 along half a cosine wave. */
  COSINE;

  LearningRateSchedule schedule(float peak, WarmUp warmUp) {
    return switch (this) {
      case CONSTANT -> new LearningRateSchedule.Constant(peak, warmUp);
      case LINEAR -> new LearningRateSchedule.Linear(peak, warmUp);
      case COSINE -> new LearningRateSchedule.Cosine(peak, warmUp);
    };
  }
}
