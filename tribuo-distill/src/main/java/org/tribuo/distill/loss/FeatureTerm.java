package org.tribuo.distill.loss;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * A feature loss as a part of an objective. Its weight is an input of the graph, {@code
 * weight_NAME}, so that it may change from step to step; its value before that is reported under
 * the name.
 *
 * @param name letters, digits and underscores; neither {@code loss} nor {@code hard} nor {@code
 *     soft}
 */
public record FeatureTerm(String name, FeatureLoss loss) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+");
  private static final Set<String> TAKEN = Set.of("loss", "hard", "soft");

  /**
   * @throws IllegalArgumentException if the name is of another form
   */
  public FeatureTerm {
    if (!NAME.matcher(name).matches() || TAKEN.contains(name)) {
      throw new IllegalArgumentException(
          "'%s' cannot be a term's name: expected letters, digits and underscores, and none of %s"
              .formatted(name, TAKEN.stream().sorted().toList()));
    }
  }

  /** The name of the input that holds the term's weight: a float scalar. */
  public String weightInput() {
    return ObjectiveInputs.weightOf(name);
  }
}
