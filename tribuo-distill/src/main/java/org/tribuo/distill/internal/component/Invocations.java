package org.tribuo.distill.internal.component;

import java.util.function.Supplier;
import org.tribuo.Trainer;
import org.tribuo.provenance.TrainerProvenance;

/** Counts the trainings of a trainer, as Tribuo wants it. Safe for many threads. */
public final class Invocations {
  private int count;

  /**
   * A training that begins.
   *
   * @param number of the trainings before it
   * @param trainer what trains, and the number
   */
  public record Invocation(int number, TrainerProvenance trainer) {}

  /**
   * Begins a training.
   *
   * @param stated the number that it is to have, or {@link Trainer#INCREMENT_INVOCATION_COUNT} for
   *     the next one
   * @param trainer gives the provenance of the trainer, which reads the {@link #count}
   * @throws IllegalArgumentException if another number is negative
   */
  public synchronized Invocation begin(int stated, Supplier<TrainerProvenance> trainer) {
    if (stated != Trainer.INCREMENT_INVOCATION_COUNT) {
      set(stated);
    }
    TrainerProvenance provenance = trainer.get();
    return new Invocation(count++, provenance);
  }

  /** How many trainings have begun. */
  public synchronized int count() {
    return count;
  }

  /**
   * Sets how many have begun.
   *
   * @throws IllegalArgumentException if the count is negative
   */
  public synchronized void set(int invocationCount) {
    if (invocationCount < 0) {
      throw new IllegalArgumentException(
          "The invocation count is %d, expected 0 or more".formatted(invocationCount));
    }
    count = invocationCount;
  }
}
