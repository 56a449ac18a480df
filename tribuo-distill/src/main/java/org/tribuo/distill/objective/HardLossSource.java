package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.List;
import org.tribuo.distill.loss.HardLoss;

/**
 * A hard loss that can be configured; a loss of your own is a class that implements this and {@link
 * HardLoss}.
 */
public interface HardLossSource extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /**
   * The loss.
   *
   * @param labelOrder the names of the logits' columns
   */
  HardLoss loss(List<String> labelOrder);

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "HardLoss");
  }
}
