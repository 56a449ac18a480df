package org.tribuo.distill.teacher;

/** What is averaged over the members of an ensemble of teachers. */
public enum EnsembleMean {
  /** The softened probabilities. */
  PROBABILITIES,
  /** The logits; for a regression, the values. */
  LOGITS
}
