package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.SparseKlDivergence;

/**
 * {@link SparseKlDivergence} with its setting: of what the teacher says only the largest logits
 * count.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.objective.SparseKlLoss">
 *   <property name="k" value="10"/>
 * </component>
 * }</pre>
 */
public final class SparseKlLoss implements SoftLossSource {
  @ConfigurableName private String component = "SparseKlLoss";

  @Config(mandatory = true, description = "How many of the teacher's largest logits count.")
  private int k;

  /** For OLCUT. */
  private SparseKlLoss() {}

  /**
   * A loss of the k largest logits.
   *
   * @throws PropertyException if k is less than 1
   */
  public static SparseKlLoss of(int k) {
    SparseKlLoss loss = new SparseKlLoss();
    loss.k = k;
    loss.postConfig();
    return loss;
  }

  @Override
  public void postConfig() {
    new PropertyChecks(component).check("k", this::loss);
  }

  @Override
  public SoftLoss loss() {
    return new SparseKlDivergence(k);
  }

  @Override
  public String toString() {
    return "SparseKlLoss(k=%d)".formatted(k);
  }
}
