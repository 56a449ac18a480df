package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.student.internal.Imprint;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * A fresh head whose logits are {@code scale · cos(w, v)}, for a pooled vector {@code v} and the
 * weights {@code w} of each label. Imprinted, {@code w} is the mean of the vectors of the label's
 * examples, each divided by its norm, before anything is trained (Qi, Brown and Lowe 2018, Low-Shot
 * Learning with Imprinted Weights, arXiv:1712.07136). It is meant for few labels. A label without
 * examples starts with random weights. Immutable.
 *
 * <p>Where no scale is stated it is 16, or less where an imprinted head would be surer than a start
 * should be: the smallest at which the mean probability of the examples' labels is 0.7. The fewer
 * examples a class has, the nearer each is to the mean that it is a part of, and with a scale at
 * which the loss is nearly 0 from the start nothing but its noise is left to learn from. (A scale
 * from the angles of the examples is the idea of Zhang et al. 2019, AdaCos, arXiv:1905.00292, which
 * has another formula.) Where labels do not exclude each other the scale is 16.
 *
 * <p>A trainer without stages leaves the student so: the nearest class mean classifier.
 *
 * <pre>{@code
 * <component name="head" type="org.tribuo.distill.student.CosineHead">
 *   <property name="scale" value="12"/>
 * </component>
 * }</pre>
 */
public final class CosineHead implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "CosineHead";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  private static final float LARGEST = 16;

  @Config(
      description =
          "What cosines are multiplied by, greater than 0: the larger, the surer the predictions."
              + " Without it 16, or less where that would be too sure at the start.")
  private @Nullable Float scale;

  @Config(description = "Whether the weights start as the class means of the labelled examples.")
  private boolean imprinted = true;

  /** Imprinted, of a scale of at most 16 that the examples decide. */
  public CosineHead() {}

  /**
   * The same of this scale, whatever the examples are.
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
    return new TaskHead.Form.Cosine(scale == null ? LARGEST : scale);
  }

  Imprint imprint() {
    if (!imprinted) {
      return Imprint.NOTHING;
    }
    return scale == null ? Imprint.CLASS_MEANS_AND_SCALE : Imprint.CLASS_MEANS;
  }

  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    if (scale != null && !(scale > 0 && Float.isFinite(scale))) {
      throw new PropertyException(
          component, "scale", "is %s, expected a finite number greater than 0".formatted(scale));
    }
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Head");
  }

  @Override
  public String toString() {
    return "CosineHead(%simprinted=%s)"
        .formatted(scale == null ? "" : "scale=" + scale + ", ", imprinted);
  }
}
