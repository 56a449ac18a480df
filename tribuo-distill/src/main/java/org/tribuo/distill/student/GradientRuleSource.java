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
  /**
   * Operators that have no gradient in the library, with theirs. What else is stated of them is not
   * used.
   */
  List<Operator> rules();

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "GradientRules");
  }
}
