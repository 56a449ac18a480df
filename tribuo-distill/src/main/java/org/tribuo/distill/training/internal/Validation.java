package org.tribuo.distill.training.internal;

import java.util.Map;
import org.tribuo.distill.graph.OnnxModel;

/** Measures a student on held-out rows while it is trained. */
public interface Validation {
  /**
   * Measures a student.
   *
   * @param student the whole model with its current weights, as it would be saved
   * @return metrics by name, of which {@link #criterion()} is one
   */
  Map<String, Double> measure(OnnxModel student);

  /** The metric by which students are compared; higher is better. */
  String criterion();
}
