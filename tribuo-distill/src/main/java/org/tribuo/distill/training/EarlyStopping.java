package org.tribuo.distill.training;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Evaluates the student on held-out labelled examples after each epoch, keeps its best weights, and
 * ends a training that no longer improves. Immutable and safe for many threads.
 *
 * <pre>{@code
 * <component name="early" type="org.tribuo.distill.training.EarlyStopping">
 *   <property name="heldOut" value="0.1"/>
 *   <property name="patience" value="2"/>
 * </component>
 * }</pre>
 */
public final class EarlyStopping
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "EarlyStopping";

  @Config(description = "The fraction of the labelled examples that is held out, in (0, 1).")
  private double heldOut = 0.1;

  @Config(description = "Epochs without improvement after which the training ends, 1 or more.")
  private int patience = 2;

  /** A tenth of the examples held out, and a patience of 2 epochs. */
  public EarlyStopping() {}

  /**
   * Early stopping with these values.
   *
   * @param heldOut the fraction of the labelled examples that is held out, in (0, 1)
   * @param patience epochs without improvement after which the training ends, at least 1
   * @throws PropertyException if one is out of its range
   */
  public EarlyStopping(double heldOut, int patience) {
    this.heldOut = heldOut;
    this.patience = patience;
    postConfig();
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (!(heldOut > 0 && heldOut < 1)) {
      throw properties.refused(
          "heldOut", "is %s, expected a number above 0 and below 1".formatted(heldOut));
    }
    properties.checkAtLeast("patience", 1, patience);
  }

  /** The fraction of the labelled examples that is held out. */
  public double heldOut() {
    return heldOut;
  }

  /** Epochs without improvement after which the training ends. */
  public int patience() {
    return patience;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "EarlyStopping");
  }

  @Override
  public String toString() {
    return "EarlyStopping(heldOut=%s, patience=%d)".formatted(heldOut, patience);
  }
}
