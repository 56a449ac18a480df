package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * A fresh head whose logits are {@code scale · cos(w, v)}, for a pooled vector {@code v} and the
 * weights {@code w} of each label. Imprinted, {@code w} is the mean of the vectors of the label's
 * examples, each divided by its norm, before anything is trained (Qi, Brown and Lowe 2018, Low-Shot
 * Learning with Imprinted Weights, arXiv:1712.07136). It is meant for few labels. A label without
 * examples starts with random weights. Immutable.
 *
 * <p>A trainer without stages leaves the student so: the nearest class mean classifier.
 *
 * <pre>{@code
 * <component name="head" type="org.tribuo.distill.student.CosineHead">
 *   <property name="scale" value="16"/>
 * </component>
 * }</pre>
 */
public final class CosineHead implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "CosineHead";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(
      description =
          "What cosines are multiplied by, greater than 0: the larger, the surer the predictions.")
  private float scale = 16;

  @Config(description = "Whether the weights start as the class means of the labelled examples.")
  private boolean imprinted = true;

  /** Imprinted, of scale 16. */
  public CosineHead() {}

  /**
   * The same of another scale.
   *
   * @throws PropertyException if it is not a finite number greater than 0
   */
  public CosineHead scale(float scale) {
    CosineHead other = new CosineHead();
    other.scale = scale;
    other.imprinted = imprinted;
    other.postConfig();
    return other;
  }

  /** The same, imprinted or with random weights. */
  public CosineHead imprinted(boolean imprinted) {
    CosineHead other = new CosineHead();
    other.scale = scale;
    other.imprinted = imprinted;
    return other;
  }

  /** Whether the weights start as class means. */
  public boolean isImprinted() {
    return imprinted;
  }

  TaskHead.Form form() {
    return new TaskHead.Form.Cosine(scale);
  }

  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    if (!(scale > 0 && Float.isFinite(scale))) {
      throw new PropertyException(
          component, "scale", "is %s, expected a finite number greater than 0".formatted(scale));
    }
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Head");
  }

  @Override
  public String toString() {
    return "CosineHead(scale=%s, imprinted=%s)".formatted(scale, imprinted);
  }
}
