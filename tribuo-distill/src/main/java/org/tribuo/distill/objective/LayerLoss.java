package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.AttentionForm;
import org.tribuo.distill.loss.AttentionKl;
import org.tribuo.distill.loss.AttentionMse;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.HiddenStateCosine;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.loss.LayerPair;
import org.tribuo.distill.loss.Pkd;
import org.tribuo.distill.loss.TinyBert;

/**
 * A loss between layers of the student and layers of the teacher.
 *
 * <pre>{@code
 * <component name="states" type="org.tribuo.distill.objective.LayerLoss">
 *   <property name="kind" value="HIDDEN_STATE_MSE"/>
 *   <propertylist name="studentLayers"><item>0</item><item>3</item></propertylist>
 *   <propertylist name="teacherLayers"><item>0</item><item>12</item></propertylist>
 * </component>
 * }</pre>
 */
public final class LayerLoss implements FeatureLossSource {
  /** The losses. */
  public enum Kind {
    /** {@link org.tribuo.distill.loss.HiddenStateMse}. */
    HIDDEN_STATE_MSE(HiddenStateMse::new),
    /** {@link org.tribuo.distill.loss.HiddenStateCosine}. */
    HIDDEN_STATE_COSINE(HiddenStateCosine::new),
    /** {@link org.tribuo.distill.loss.Pkd}. */
    PKD(Pkd::new),
    /** {@link org.tribuo.distill.loss.AttentionMse} of scores. */
    ATTENTION_SCORES_MSE(layers -> new AttentionMse(layers, AttentionForm.SCORES)),
    /** {@link org.tribuo.distill.loss.AttentionMse} of probabilities. */
    ATTENTION_PROBABILITIES_MSE(layers -> new AttentionMse(layers, AttentionForm.PROBABILITIES)),
    /** {@link org.tribuo.distill.loss.AttentionKl} of scores. */
    ATTENTION_SCORES_KL(layers -> new AttentionKl(layers, AttentionForm.SCORES)),
    /** {@link org.tribuo.distill.loss.AttentionKl} of probabilities. */
    ATTENTION_PROBABILITIES_KL(layers -> new AttentionKl(layers, AttentionForm.PROBABILITIES)),
    /** {@link org.tribuo.distill.loss.TinyBert}, the embeddings included. */
    TINY_BERT(TinyBert::new);

    private final Function<LayerMap, FeatureLoss> loss;

    Kind(Function<LayerMap, FeatureLoss> loss) {
      this.loss = loss;
    }
  }

  /** Which layers are compared. */
  public enum Layers {
    /** {@link LayerMap#uniform}. */
    UNIFORM(LayerMap.uniform()),
    /** {@link LayerMap#skip}. */
    SKIP(LayerMap.skip()),
    /** {@link LayerMap#last}. */
    LAST(LayerMap.last());

    private final LayerMap map;

    Layers(LayerMap map) {
      this.map = map;
    }
  }

  @ConfigurableName private String component = "LayerLoss";

  @Config(mandatory = true, description = "Which loss.")
  private Kind kind;

  @Config(description = "Which layers are compared, where no pairs are stated.")
  private Layers layers = Layers.UNIFORM;

  @Config(
      description =
          "The student's layers, from 1, 0 for the embeddings; negative numbers count from the end.")
  private int[] studentLayers = new int[0];

  @Config(description = "The teacher's layers, one for each of the student's.")
  private int[] teacherLayers = new int[0];

  /** For OLCUT. */
  private LayerLoss() {}

  /** A loss between layers that are spread evenly. */
  public static LayerLoss of(Kind kind) {
    return of(kind, Layers.UNIFORM);
  }

  /** A loss between layers that are mapped in a usual way. */
  public static LayerLoss of(Kind kind, Layers layers) {
    LayerLoss loss = new LayerLoss();
    loss.kind = kind;
    loss.layers = layers;
    return loss;
  }

  /**
   * A loss between pairs of layers.
   *
   * @throws PropertyException if there is none
   */
  public static LayerLoss of(Kind kind, List<LayerPair> pairs) {
    LayerLoss loss = of(kind);
    loss.studentLayers = pairs.stream().mapToInt(LayerPair::student).toArray();
    loss.teacherLayers = pairs.stream().mapToInt(LayerPair::teacher).toArray();
    if (pairs.isEmpty()) {
      throw new PropertyChecks(loss.component).refused("studentLayers", "are none, expected some");
    }
    return loss;
  }

  @Override
  public void postConfig() {
    if (studentLayers.length != teacherLayers.length) {
      throw new PropertyChecks(component)
          .refused(
              "teacherLayers",
              "are %s, expected one for each of the student's %s"
                  .formatted(Arrays.toString(teacherLayers), Arrays.toString(studentLayers)));
    }
  }

  @Override
  public FeatureLoss loss() {
    return kind.loss.apply(map());
  }

  private LayerMap map() {
    return studentLayers.length == 0
        ? layers.map
        : LayerMap.pairs(
            IntStream.range(0, studentLayers.length)
                .mapToObj(i -> new LayerPair(studentLayers[i], teacherLayers[i]))
                .toArray(LayerPair[]::new));
  }

  @Override
  public String toString() {
    return loss().toString();
  }
}
