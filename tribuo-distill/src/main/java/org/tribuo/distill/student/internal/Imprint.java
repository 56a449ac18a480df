package org.tribuo.distill.student.internal;

import org.tribuo.distill.transformer.internal.head.TaskHead;

/** What a fresh head takes from the labelled examples before it is trained. */
public enum Imprint {
  /** Its weights are drawn. */
  NOTHING,

  /**
   * The class means: the graph has {@link TaskHead#VECTOR} and {@link TaskHead#WEIGHT}, the vectors
   * and the weights of a head of cosines.
   */
  CLASS_MEANS,

  /** Beside them the scale of the cosines, {@link TaskHead#SCALE}. */
  CLASS_MEANS_AND_SCALE
}
