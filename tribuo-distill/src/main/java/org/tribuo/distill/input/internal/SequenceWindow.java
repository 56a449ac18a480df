package org.tribuo.distill.input.internal;

import java.util.List;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.Output;
import org.tribuo.impl.ArrayExample;

/**
 * Some neighbouring elements of a sequence, as one row that a model reads. Those that are scored
 * here each have a position; others are there as their context, and scored in another window.
 *
 * @param features what the model reads
 * @param length in positions
 * @param elements the numbers of the elements that are scored, ascending
 * @param positions for each of them the position at which the model is read
 */
public record SequenceWindow(
    List<Feature> features, int length, List<Integer> elements, List<Integer> positions) {
  /**
   * @throws IllegalArgumentException if there is not one position for each element, below the
   *     length
   */
  public SequenceWindow {
    features = List.copyOf(features);
    elements = List.copyOf(elements);
    positions = List.copyOf(positions);
    int end = length;
    if (elements.size() != positions.size()
        || positions.stream().anyMatch(position -> position < 0 || position >= end)) {
      throw new IllegalArgumentException(
          "A window of %d positions has the elements %s at %s, expected one position for each"
              .formatted(length, elements, positions));
    }
  }

  /** The window as an example. */
  public <T extends Output<T>> Example<T> toExample(T output, float weight) {
    Example<T> example = new ArrayExample<>(output, features);
    example.setWeight(weight);
    return example;
  }
}
