package org.tribuo.distill.schedule;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;

/**
 * A number that may change from step to step: alpha, the temperature, the weight of a term, or the
 * learning rate. Where it is used decides which numbers are allowed. Implementations are immutable
 * and safe for many threads.
 */
public interface Schedule extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /**
   * The number of a step.
   *
   * @param step the step, counted from 0
   * @param totalSteps the steps of the whole training
   * @return a number from {@link #least} to {@link #greatest}
   * @throws IllegalArgumentException if the step is negative or not below {@code totalSteps}
   */
  default float at(long step, long totalSteps) {
    if (step < 0 || step >= totalSteps) {
      throw new IllegalArgumentException(
          "The step must be in [0, %d), but is %d".formatted(totalSteps, step));
    }
    return within(step, totalSteps);
  }

  /** As {@link #at}, for a step that is known to be one of the steps. */
  float within(long step, long totalSteps);

  /** No step has a smaller number. */
  float least();

  /** No step has a greater number. */
  float greatest();

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Schedule");
  }
}
