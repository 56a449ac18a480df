package org.tribuo.distill.input.internal;

import java.util.List;
import java.util.Set;

/**
 * The inputs of a model that take a sequence to which the model adds.
 *
 * @param names of all of them, masks too
 * @param ofSteps those that have a number for each step, the ids first
 * @param hasSource whether others take a source, which stays as it is
 * @param hasPast whether some take what was kept of the steps before
 */
public record GrowingInputs(
    Set<String> names, List<String> ofSteps, boolean hasSource, boolean hasPast) {
  public GrowingInputs {
    names = Set.copyOf(names);
    ofSteps = List.copyOf(ofSteps);
  }
}
