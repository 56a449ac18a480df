package org.tribuo.distill.input.internal;

import java.util.List;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.sequence.SequenceExample;

/**
 * How sequences of one kind, such as the words of a sentence, become rows that a model reads as it
 * reads whole texts. Implementations have no state, and are found by {@code ServiceLoader}.
 */
public interface SequenceModality {
  /** Whether sequences that have these features are of this kind. */
  boolean reads(FeatureMap features);

  /**
   * Cuts a sequence into windows that overlap where it is too long for one. Each element that the
   * model reads at all is scored in exactly one of them.
   *
   * @param maxLength the maximum length of a window in positions
   * @return none if there is no element that the model reads
   * @throws IllegalArgumentException if the features are of another kind or incomplete, or the
   *     length leaves no room for an element; the message says which feature
   */
  List<SequenceWindow> windows(SequenceExample<?> sequence, int maxLength);

  /**
   * The features of all sequences, of which a dataset may have some.
   *
   * @param observed what is known of those that occurred
   */
  ImmutableFeatureMap featureMap(FeatureMap observed);
}
