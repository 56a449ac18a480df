package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import org.tribuo.distill.loss.SoftLoss;

/**
 * A soft loss that can be configured; a loss of your own is a class that implements this and {@link
 * SoftLoss}.
 */
public interface SoftLossSource extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /** The loss. */
  SoftLoss loss();

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "SoftLoss");
  }
}
