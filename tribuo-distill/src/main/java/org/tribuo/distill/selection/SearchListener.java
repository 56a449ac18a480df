package org.tribuo.distill.selection;

import java.util.List;

/** A listener to the search for a student. */
public interface SearchListener {
  /** A candidate was measured, untrained. */
  default void onMeasured(StudentCandidate candidate, boolean withinBudget) {}

  /**
   * There can be no candidate of this shape, or none whose embeddings are a product, or its short
   * training was stopped; the reason is for people.
   */
  default void onSkipped(int layers, int width, String reason) {}

  /** These are the largest ones within the budget. */
  default void onPromising(List<StudentCandidate> candidates) {}

  /** A candidate was trained for a short time, and has a score. */
  default void onTried(StudentCandidate candidate) {}

  /** This one will be trained. */
  default void onChosen(StudentCandidate candidate) {}
}
