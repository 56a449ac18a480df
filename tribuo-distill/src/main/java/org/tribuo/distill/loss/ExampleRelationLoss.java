package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import java.util.Objects;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/** A loss on relations between the examples of a batch, of one layer of each Transformer. */
abstract class ExampleRelationLoss implements FeatureLoss {
  @Config(description = "What of an example's hidden states stands for it.")
  private ExampleVector vector = ExampleVector.MEAN;

  @Config(
      description =
          "The student's layer, from 1, 0 for the embeddings; negative numbers count from the end.")
  private int studentLayer = -1;

  @Config(
      description =
          "The teacher's layer, from 1, 0 for the embeddings; negative numbers count from the end.")
  private int teacherLayer = -1;

  ExampleRelationLoss() {}

  ExampleRelationLoss(LayerPair layers, ExampleVector vector) {
    this.vector = Objects.requireNonNull(vector, "vector");
    studentLayer = layers.student();
    teacherLayer = layers.teacher();
  }

  private LayerPair layers() {
    return new LayerPair(studentLayer, teacherLayer);
  }

  @Override
  public final Value over(Ops op, Activations activations) {
    return of(op, ExampleRelations.of(op, activations, layers(), vector));
  }

  /** The loss of a batch: a scalar. */
  abstract Value of(Ops op, ExampleRelations examples);

  @Override
  public String toString() {
    return "%s(%s, %s)".formatted(getClass().getSimpleName(), layers(), vector);
  }
}
