package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * A loss between intermediate activations of student and teacher: hidden states, attention, or
 * relations between tokens or between examples. It is a forward formula; its gradient is derived
 * from that. Immutable.
 */
public interface FeatureLoss extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /**
   * Writes the loss of a batch.
   *
   * @param activations gives the activations of both; those of the teacher become inputs of the
   *     graph
   * @return a scalar, with the loss's own mean over tokens or examples
   * @throws org.tribuo.distill.graph.GraphException if an activation was not found, a layer does
   *     not exist, or the activations of both do not fit each other
   */
  Value over(Ops op, Activations activations);

  /**
   * The fewest examples of a batch for which the loss is defined: more than one if it compares
   * examples with each other.
   */
  default int fewestExamples() {
    return 1;
  }

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "FeatureLoss");
  }
}
