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
 * @param owners for each position the number of the element that is read there, -1 for none
 * @param elements the numbers of the elements that are scored, ascending
 * @param positions for each of them the position at which the model is read
 */
public record SequenceWindow(
    List<Feature> features, List<Integer> owners, List<Integer> elements, List<Integer> positions) {
  /**
   * @throws IllegalArgumentException if there is not one position for each element, below the
   *     length
   */
  public SequenceWindow {
    features = List.copyOf(features);
    owners = List.copyOf(owners);
    elements = List.copyOf(elements);
    positions = List.copyOf(positions);
    int end = owners.size();
    if (elements.size() != positions.size()
        || positions.stream().anyMatch(position -> position < 0 || position >= end)) {
      throw new IllegalArgumentException(
          "A window of %d positions has the elements %s at %s, expected one position for each"
              .formatted(end, elements, positions));
    }
  }

  /** The length in positions. */
  public int length() {
    return owners.size();
  }

  /** The number of the element that is read at a position; -1 for none. */
  public int elementAt(int position) {
    return owners.get(position);
  }

  /**
   * The window as an example, which keeps the number of its sequence as metadata.
   *
   * @param sequence the number; windows of one number are held out together or not at all
   */
  public <T extends Output<T>> Example<T> toExample(T output, float weight, int sequence) {
    Example<T> example = new ArrayExample<>(output, features);
    example.setWeight(weight);
    ExampleOrigin.keepIn(example, sequence);
    return example;
  }
}
