package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.LayerPair;
import org.tribuo.distill.loss.MiniLm;

/**
 * {@link MiniLm} with its settings.
 *
 * <pre>{@code
 * <component name="relations" type="org.tribuo.distill.objective.MiniLmLoss">
 *   <property name="relationHeads" value="12"/>
 *   <property name="teacherLayer" value="-2"/>
 * </component>
 * }</pre>
 */
public final class MiniLmLoss implements FeatureLossSource {
  @ConfigurableName private String component = "MiniLmLoss";

  @Config(
      mandatory = true,
      description =
          "The heads into which queries, keys and values are cut anew: a divisor of the widths of"
              + " student and teacher.")
  private int relationHeads;

  @Config(description = "The student's layer, from 1; negative numbers count from the end.")
  private int studentLayer = -1;

  @Config(description = "The teacher's layer, from 1; negative numbers count from the end.")
  private int teacherLayer = -1;

  /** For OLCUT. */
  private MiniLmLoss() {}

  /**
   * A loss on the last layer of both.
   *
   * @param relationHeads a divisor of the widths of student and teacher
   * @throws PropertyException if there is no relation head
   */
  public static MiniLmLoss of(int relationHeads) {
    return of(relationHeads, LayerPair.LAST);
  }

  /**
   * A loss on a layer of each.
   *
   * @throws PropertyException if there is no relation head
   */
  public static MiniLmLoss of(int relationHeads, LayerPair layers) {
    MiniLmLoss loss = new MiniLmLoss();
    loss.relationHeads = relationHeads;
    loss.studentLayer = layers.student();
    loss.teacherLayer = layers.teacher();
    loss.postConfig();
    return loss;
  }

  @Override
  public void postConfig() {
    new PropertyChecks(component).check("relationHeads", this::loss);
  }

  @Override
  public FeatureLoss loss() {
    return new MiniLm(new LayerPair(studentLayer, teacherLayer), relationHeads);
  }

  @Override
  public String toString() {
    return loss().toString();
  }
}
