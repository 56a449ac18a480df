package org.tribuo.distill.task.internal;

import java.util.Optional;
import org.tribuo.Output;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.SoftLoss;

/**
 * A task in which each prediction is one of several: a label, a token, an item, a position. So its
 * logits are compared as probabilities of which the sum is 1.
 *
 * @param <T> the outputs
 */
public interface ClassificationTask<T extends Output<T>> extends Task<T> {
  @Override
  default HardLoss hardLoss() {
    return new CrossEntropy();
  }

  @Override
  default SoftLoss softLoss() {
    return new KlDivergence();
  }

  @Override
  default Optional<AnswerForm> probabilities() {
    return Optional.of(AnswerForm.PROBABILITIES);
  }
}
