package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import org.tribuo.distill.loss.Schedule;

/** A {@link Schedule} that can be configured. */
public interface ScheduleSource extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /** The schedule. */
  Schedule schedule();

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Schedule");
  }
}
