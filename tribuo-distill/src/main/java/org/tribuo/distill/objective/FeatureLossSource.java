package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import org.tribuo.distill.loss.FeatureLoss;

/**
 * A loss on features that can be configured; a loss of your own is a class that implements this and
 * {@link FeatureLoss}.
 */
public interface FeatureLossSource extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /** The loss. */
  FeatureLoss loss();

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "FeatureLoss");
  }
}
