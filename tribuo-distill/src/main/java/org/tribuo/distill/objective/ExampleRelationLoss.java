package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import java.util.function.BiFunction;
import org.tribuo.distill.loss.Cka;
import org.tribuo.distill.loss.ExampleVector;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.LayerPair;
import org.tribuo.distill.loss.RkdAngle;
import org.tribuo.distill.loss.RkdDistance;
import org.tribuo.distill.loss.SimilarityPreserving;

/**
 * A loss on relations between the examples of a batch.
 *
 * <pre>{@code
 * <component name="distances" type="org.tribuo.distill.objective.ExampleRelationLoss">
 *   <property name="kind" value="RKD_DISTANCE"/>
 *   <property name="vector" value="FIRST_TOKEN"/>
 * </component>
 * }</pre>
 */
public final class ExampleRelationLoss implements FeatureLossSource {
  /** The losses. */
  public enum Kind {
    /** {@link org.tribuo.distill.loss.RkdDistance}. */
    RKD_DISTANCE(RkdDistance::new),
    /** {@link org.tribuo.distill.loss.RkdAngle}. */
    RKD_ANGLE(RkdAngle::new),
    /** {@link org.tribuo.distill.loss.SimilarityPreserving}. */
    SIMILARITY_PRESERVING(SimilarityPreserving::new),
    /** {@link org.tribuo.distill.loss.Cka}. */
    CKA(Cka::new);

    private final BiFunction<LayerPair, ExampleVector, FeatureLoss> loss;

    Kind(BiFunction<LayerPair, ExampleVector, FeatureLoss> loss) {
      this.loss = loss;
    }
  }

  @Config(mandatory = true, description = "Which loss.")
  private Kind kind;

  @Config(description = "What of a text's hidden states stands for it.")
  private ExampleVector vector = ExampleVector.MEAN;

  @Config(
      description =
          "The student's layer, from 1, 0 for the embeddings; negative numbers count from the end.")
  private int studentLayer = -1;

  @Config(
      description =
          "The teacher's layer, from 1, 0 for the embeddings; negative numbers count from the end.")
  private int teacherLayer = -1;

  /** For OLCUT. */
  private ExampleRelationLoss() {}

  /** A loss on the mean of the last hidden states of both. */
  public static ExampleRelationLoss of(Kind kind) {
    return of(kind, ExampleVector.MEAN, LayerPair.LAST);
  }

  /** A loss on a layer of each. */
  public static ExampleRelationLoss of(Kind kind, ExampleVector vector, LayerPair layers) {
    ExampleRelationLoss loss = new ExampleRelationLoss();
    loss.kind = kind;
    loss.vector = vector;
    loss.studentLayer = layers.student();
    loss.teacherLayer = layers.teacher();
    return loss;
  }

  @Override
  public FeatureLoss loss() {
    return kind.loss.apply(new LayerPair(studentLayer, teacherLayer), vector);
  }

  @Override
  public String toString() {
    return loss().toString();
  }
}
