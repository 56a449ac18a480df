package org.tribuo.distill.training.internal;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.loss.internal.ObjectiveSchedules;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.training.EarlyStopping;

/**
 * How a student is trained. Immutable.
 *
 * @param epochs passes over all rows, at least 1
 * @param accumulation batches whose gradients are averaged for one update, at least 1
 * @param schedule the learning rate
 * @param adamW the optimizer; its weight decay leaves out biases and normalisations
 * @param maxGradientNorm gradients are scaled down to this norm over all weights
 * @param objective alpha, temperature and weights of terms over the steps
 * @param dropout the part of the numbers that is left out at each of the student's {@link
 *     org.tribuo.distill.transformer.internal.DropoutPlaces}, in [0, 1)
 * @param frozen names of initializers that keep their values; so do those that hold the same
 *     parameter
 * @param compactVocabulary whether embedding tables hold only the rows that occur in the data while
 *     they are trained; the result is the same
 * @param roundedWeights whether matrices are rounded in each forward pass as an export in integers
 *     of 8 bits rounds them
 * @param earlyStopping whether the best weights are kept and when to stop; needs a validation
 * @param device where and with how many threads
 * @param seed for operators that draw random numbers
 */
public record TrainingSettings(
    int epochs,
    int accumulation,
    Schedule schedule,
    AdamW adamW,
    OptionalDouble maxGradientNorm,
    ObjectiveSchedules objective,
    float dropout,
    Set<String> frozen,
    boolean compactVocabulary,
    boolean roundedWeights,
    Optional<EarlyStopping> earlyStopping,
    Device device,
    long seed) {
  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public TrainingSettings {
    frozen = Set.copyOf(frozen);
    requireAtLeastOne("epochs", epochs);
    requireAtLeastOne("accumulation", accumulation);
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "dropout is %s, expected a number from 0 (none) to below 1".formatted(dropout));
    }
  }

  /** The same over other epochs, with other schedules. */
  public TrainingSettings over(
      int otherEpochs, Schedule learningRate, ObjectiveSchedules otherObjective) {
    return new TrainingSettings(
        otherEpochs,
        accumulation,
        learningRate,
        adamW,
        maxGradientNorm,
        otherObjective,
        dropout,
        frozen,
        compactVocabulary,
        roundedWeights,
        earlyStopping,
        device,
        seed);
  }

  /** The same over all epochs, keeping the last weights. */
  public TrainingSettings withoutEarlyStopping() {
    return with(frozen, Optional.empty(), seed);
  }

  /** The same with another seed. */
  public TrainingSettings withSeed(long other) {
    return with(frozen, earlyStopping, other);
  }

  /** The same with other initializers that keep their values. */
  public TrainingSettings withFrozen(Set<String> others) {
    return with(others, earlyStopping, seed);
  }

  private TrainingSettings with(
      Set<String> otherFrozen, Optional<EarlyStopping> otherStopping, long otherSeed) {
    return new TrainingSettings(
        epochs,
        accumulation,
        schedule,
        adamW,
        maxGradientNorm,
        objective,
        dropout,
        otherFrozen,
        compactVocabulary,
        roundedWeights,
        otherStopping,
        device,
        otherSeed);
  }

  private static void requireAtLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
    }
  }
}
