package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * {@code 1 - CKA}, from 0 to 1: linear centred kernel alignment of the examples of a batch
 * (Kornblith et al. 2019, arXiv:1905.00414), {@code ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖)} of activations whose
 * mean over the batch is taken off. Does not change when activations are turned or scaled as a
 * whole.
 *
 * <pre>{@code
 * <component name="alignment" type="org.tribuo.distill.loss.Cka">
 *   <property name="vector" value="FIRST_TOKEN"/>
 * </component>
 * }</pre>
 */
public final class Cka extends ExampleRelationLoss {
  /** Of the mean of the last hidden states of both. */
  public Cka() {}

  /**
   * Of a layer of each.
   *
   * @param layers the layer of each
   * @param vector what stands for an example
   */
  public Cka(LayerPair layers, ExampleVector vector) {
    super(layers, vector);
  }

  /** Three: two examples are always aligned. */
  @Override
  public int fewestExamples() {
    return 3;
  }

  @Override
  Value of(Ops op, ExampleRelations examples) {
    return op.squeeze(
        op.oneMinus(
            Cosine.of(op, kernel(op, examples.student()), kernel(op, examples.teacher()), 1)),
        0);
  }

  /** The products of all centred examples in one row: [1, batch²]. */
  private static Value kernel(Ops op, Value vectors) {
    Value centred = op.sub(vectors, op.reduceMeanKeep(vectors, 0));
    return op.reshape(ExampleRelations.gram(op, centred), 1, -1);
  }
}
