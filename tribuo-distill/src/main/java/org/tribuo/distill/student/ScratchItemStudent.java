package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.transformer.internal.create.NewDecoder;

/**
 * An untrained Transformer that reads the items of a history and predicts the next one at each of
 * them, in the form of SASRec (Kang and McAuley 2018, arXiv:1808.09781): an item attends to itself
 * and to those before it, and the scores of the next are the products of the last state with the
 * embeddings of all items. Unlike there the feed-forward blocks are four times as wide inside, with
 * GELU, and all items are compared at each step, not the next one and one other. How many items
 * there are the dataset says. It reads histories of 50 items unless {@code positions} state
 * otherwise; of a longer one the last items. Normalisation, positions, and whether the scores have
 * a matrix of their own, can be stated.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.ScratchItemStudent">
 *   <property name="layers" value="1"/>
 *   <property name="width" value="32"/>
 *   <property name="heads" value="1"/>
 * </component>
 * }</pre>
 */
public final class ScratchItemStudent extends ScratchDecoder<ScratchItemStudent> {
  private static final int USUAL_POSITIONS = 50;

  /** For OLCUT. */
  private ScratchItemStudent() {
    super(NewDecoder.Kind.ITEMS, USUAL_POSITIONS);
  }

  /**
   * A Transformer for histories of 50 items.
   *
   * @param layers the number of layers
   * @param width the size of a hidden state, a multiple of the heads
   * @param heads the heads of the attention
   * @throws PropertyException if a number is below 1, or the heads do not divide the width
   */
  public static ScratchItemStudent of(int layers, int width, int heads) {
    return new ScratchItemStudent().sized(layers, width, heads);
  }

  @Override
  ScratchItemStudent blank() {
    return new ScratchItemStudent();
  }

  @Override
  boolean fits(Head head) {
    return head.lastAlone();
  }

  @Override
  String purpose() {
    return "the next item, but the outputs of the dataset are %s; make the dataset with RatingDataSource";
  }
}
