package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.List;
import org.tribuo.distill.operator.Operator;

/**
 * Gradient rules of your own, for operators of a student that the library does not know. A class
 * that implements this can be configured; it needs a constructor without arguments.
 */
public interface GradientRuleSource
    extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /** The rules, for operators that have none in the library. */
  List<Operator> rules();

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "GradientRules");
  }
}
