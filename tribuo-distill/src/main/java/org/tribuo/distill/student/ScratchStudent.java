package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.create.NewEncoder;
import org.tribuo.distill.transformer.internal.create.UntrainedModel;

/**
 * An untrained encoder with a head. It learns all it knows from the teacher and from the labels, so
 * it wants many more texts than one that was pretrained.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.ScratchStudent">
 *   <property name="vocabulary" value="30522"/>
 *   <property name="layers" value="3"/>
 *   <property name="width" value="192"/>
 *   <property name="heads" value="6"/>
 * </component>
 * }</pre>
 */
public final class ScratchStudent extends ScratchEncoder<ScratchStudent> {
  @Config(mandatory = true, description = "The number of tokens that the tokenizer knows.")
  private int vocabulary;

  @Config(description = "The longest text in tokens.")
  private int positions = 512;

  @Config(description = "How one vector for a text comes out of the last layer.")
  private Pooling pooling = Pooling.MEAN;

  /** For OLCUT. */
  private ScratchStudent() {}

  /**
   * An encoder with the usual feed-forward blocks, whose hidden states are averaged.
   *
   * @param vocabulary the number of tokens that the tokenizer knows
   * @param layers the number of layers
   * @param width the size of a hidden state, a multiple of the heads
   * @param heads the heads of the attention
   * @throws PropertyException if a number is below 1, or the heads do not divide the width
   */
  public static ScratchStudent of(int vocabulary, int layers, int width, int heads) {
    ScratchStudent student = new ScratchStudent();
    student.vocabulary = vocabulary;
    return student.sized(layers, width, heads);
  }

  /**
   * The same for texts of another length.
   *
   * @param positions the longest text in tokens
   * @throws PropertyException if it is below 1
   */
  public ScratchStudent withPositions(int positions) {
    return with(other -> other.positions = positions);
  }

  /**
   * The same, whose hidden states become one vector in another way.
   *
   * @param pooling {@code MEAN} or {@code FIRST_TOKEN}
   * @throws PropertyException if it is another one
   */
  public ScratchStudent withPooling(Pooling pooling) {
    return with(other -> other.pooling = pooling);
  }

  @Override
  ScratchStudent sameInputs() {
    ScratchStudent other = new ScratchStudent();
    other.vocabulary = vocabulary;
    other.positions = positions;
    other.pooling = pooling;
    return other;
  }

  @Override
  void checkInputs(PropertyChecks properties) {
    checkPooling(properties, pooling, "a text");
    properties.checkAtLeast("vocabulary", 1, vocabulary);
    properties.checkAtLeast("positions", 1, positions);
  }

  @Override
  UntrainedModel encoder(int layers, int width, int heads, int inner) {
    return new NewEncoder(vocabulary, positions, layers, width, heads, inner);
  }

  @Override
  String misfit() {
    return "width";
  }

  @Override
  Pooling pooling() {
    return pooling;
  }

  @Override
  public String toString() {
    return "ScratchStudent(%s, pooling=%s)".formatted(encoder(), pooling);
  }
}
