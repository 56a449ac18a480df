package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * Examples that are alike for the teacher stay alike (Tung &amp; Mori 2019, arXiv:1907.09682): the
 * products of all examples of a batch with each other, [batch, batch], each row divided by its
 * length; {@code ‖G_s - G_t‖² / batch²}. torchdistill divides the rows by their sums instead.
 *
 * <pre>{@code
 * <component name="similarities" type="org.tribuo.distill.loss.SimilarityPreserving">
 *   <property name="vector" value="FIRST_TOKEN"/>
 * </component>
 * }</pre>
 */
public final class SimilarityPreserving extends ExampleRelationLoss {
  /** Of the mean of the last hidden states of both. */
  public SimilarityPreserving() {}

  /**
   * Of a layer of each.
   *
   * @param layers the layer of each
   * @param vector what stands for an example
   */
  public SimilarityPreserving(LayerPair layers, ExampleVector vector) {
    super(layers, vector);
  }

  /** Two: one example is like itself, whatever the student does. */
  @Override
  public int fewestExamples() {
    return 2;
  }

  @Override
  Value of(Ops op, ExampleRelations examples) {
    Value difference =
        op.sub(similarities(op, examples.student()), similarities(op, examples.teacher()));
    return op.reduceMean(op.square(difference));
  }

  private static Value similarities(Ops op, Value vectors) {
    return UnitVectors.of(op, ExampleRelations.gram(op, vectors));
  }
}
