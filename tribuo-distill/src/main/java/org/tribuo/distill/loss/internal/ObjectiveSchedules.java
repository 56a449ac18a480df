package org.tribuo.distill.loss.internal;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.schedule.Schedule;

/**
 * The numbers of an objective that may change from step to step. Immutable.
 *
 * @param alpha the weight of the soft loss, from 0 (labels only) to 1 (teacher only)
 * @param temperature what logits are divided by before the softmax, greater than 0; 1 leaves them
 *     as they are
 * @param weights of each further term by its name, 0 or more
 */
public record ObjectiveSchedules(
    Schedule alpha, Schedule temperature, Map<String, Schedule> weights) {
  /**
   * @throws IllegalArgumentException if one is out of its range at any step; the message says which
   */
  public ObjectiveSchedules {
    weights = Collections.unmodifiableMap(new TreeMap<>(weights));
    require(
        alpha.least() >= 0 && alpha.greatest() <= 1,
        "alpha",
        alpha,
        "a number from 0 (labels only) to 1 (teacher only)");
    require(
        temperature.least() > 0 && temperature.greatest() < Float.POSITIVE_INFINITY,
        "temperature",
        temperature,
        "a finite number greater than 0 (usually 1 to 10)");
    weights.forEach(
        (term, weight) ->
            require(
                weight.least() >= 0 && weight.greatest() < Float.POSITIVE_INFINITY,
                "The weight of '%s'".formatted(term),
                weight,
                "a finite number of 0 or more"));
  }

  /** Alpha and temperature that do not change, and no further terms. */
  public static ObjectiveSchedules constant(float alpha, float temperature) {
    return new ObjectiveSchedules(
        new ConstantSchedule(alpha), new ConstantSchedule(temperature), Map.of());
  }

  /**
   * What a step feeds.
   *
   * @param step the step, counted from 0
   * @param totalSteps the steps of the whole training
   * @return numbers by the names of {@link ObjectiveInputs}
   */
  public Map<String, Float> at(long step, long totalSteps) {
    Map<String, Float> inputs = new LinkedHashMap<>();
    inputs.put(ObjectiveInputs.ALPHA, alpha.at(step, totalSteps));
    inputs.put(ObjectiveInputs.TEMPERATURE, temperature.at(step, totalSteps));
    weights.forEach(
        (term, weight) -> inputs.put(ObjectiveInputs.weightOf(term), weight.at(step, totalSteps)));
    return inputs;
  }

  /**
   * Checks that there is a weight for each term that wants one, and no other.
   *
   * @throws IllegalArgumentException if not
   */
  public void checkFits(AttachedObjective objective) {
    Set<String> wanted = new TreeSet<>();
    for (String term : objective.terms().keySet()) {
      if (objective.inputs().containsKey(ObjectiveInputs.weightOf(term))) {
        wanted.add(term);
      }
    }
    if (!wanted.equals(weights.keySet())) {
      throw new IllegalArgumentException(
          "There are weights for the terms %s, expected one for each of %s"
              .formatted(weights.keySet(), wanted));
    }
  }

  private static void require(boolean fits, String what, Schedule schedule, String expected) {
    if (!fits) {
      throw new IllegalArgumentException(
          Float.compare(schedule.least(), schedule.greatest()) == 0
              ? "%s is %s, expected %s".formatted(what, schedule.least(), expected)
              : "%s goes from %s to %s, expected %s at each step"
                  .formatted(what, schedule.least(), schedule.greatest(), expected));
    }
  }
}
