package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.transformer.internal.create.NewDecoder;

/**
 * An untrained language model that reads the tokens of a text and predicts the next one at each of
 * them, in layers in which a token attends to itself and to those before it. Unless stated
 * otherwise its form is that of GPT-2 (Radford et al. 2019): learned embeddings of positions,
 * layers that read normalised states, and as logits the products of the last state with the
 * embeddings of all tokens, which are one table. How many tokens there are the dataset says. It
 * reads texts of 512 tokens at once unless {@code positions} state otherwise.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.ScratchTokenStudent">
 *   <property name="positions" value="128"/>
 *   <property name="layers" value="2"/>
 *   <property name="width" value="128"/>
 *   <property name="heads" value="4"/>
 *   <property name="positionEncoding" value="ROTARY"/>
 *   <property name="tiedEmbeddings" value="false"/>
 * </component>
 * }</pre>
 */
public final class ScratchTokenStudent extends ScratchDecoder<ScratchTokenStudent> {
  private static final int USUAL_POSITIONS = 512;

  /** For OLCUT. */
  private ScratchTokenStudent() {
    super(NewDecoder.Kind.TOKENS, USUAL_POSITIONS);
  }

  /**
   * A language model for texts of 512 tokens.
   *
   * @param layers the number of layers
   * @param width the size of a hidden state, a multiple of the heads
   * @param heads the heads of the attention
   * @throws PropertyException if a number is below 1, or the heads do not divide the width
   */
  public static ScratchTokenStudent of(int layers, int width, int heads) {
    return new ScratchTokenStudent().sized(layers, width, heads);
  }

  @Override
  ScratchTokenStudent blank() {
    return new ScratchTokenStudent();
  }

  @Override
  boolean fits(Head head) {
    return head.columnsGiven();
  }

  @Override
  String purpose() {
    return "the next token, but the outputs of the dataset are %s; make the dataset with PlainTextDataSource";
  }
}
