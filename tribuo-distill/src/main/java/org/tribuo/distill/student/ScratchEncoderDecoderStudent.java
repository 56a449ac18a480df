package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.transformer.internal.create.NewEncoderDecoder;
import org.tribuo.distill.transformer.internal.create.UntrainedModel;

/**
 * An untrained encoder-decoder, as for translation (Vaswani et al. 2017, arXiv:1706.03762): it
 * reads a source and predicts the next token at each position of its target. Unless stated
 * otherwise blocks read normalised states, positions have learned embeddings, and one table has the
 * embeddings of source and target and makes the logits; with the normalisation after each block and
 * sinusoidal positions it has the form of that paper. How many tokens there are the dataset says.
 * It reads sources and targets of 512 tokens unless {@code positions} state otherwise.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.ScratchEncoderDecoderStudent">
 *   <property name="positions" value="64"/>
 *   <property name="encoderLayers" value="3"/>
 *   <property name="decoderLayers" value="1"/>
 *   <property name="width" value="256"/>
 *   <property name="heads" value="4"/>
 *   <property name="normalization" value="AFTER"/>
 *   <property name="positionEncoding" value="SINUSOIDAL"/>
 * </component>
 * }</pre>
 */
public final class ScratchEncoderDecoderStudent
    extends ScratchTransformer<ScratchEncoderDecoderStudent> {
  private static final int USUAL_POSITIONS = 512;

  @Config(mandatory = true, description = "The number of layers of the encoder.")
  private int encoderLayers;

  @Config(mandatory = true, description = "The number of layers of the decoder.")
  private int decoderLayers;

  /** For OLCUT. */
  private ScratchEncoderDecoderStudent() {
    super(USUAL_POSITIONS);
  }

  /**
   * A model for sources and targets of 512 tokens.
   *
   * @param encoderLayers the number of layers of the encoder
   * @param decoderLayers that of the decoder
   * @param width the size of a hidden state, a multiple of the heads
   * @param heads the heads of the attention
   * @throws PropertyException if a number is below 1, or the heads do not divide the width
   */
  public static ScratchEncoderDecoderStudent of(
      int encoderLayers, int decoderLayers, int width, int heads) {
    return withLayers(encoderLayers, decoderLayers).sized(width, heads);
  }

  private static ScratchEncoderDecoderStudent withLayers(int ofEncoder, int ofDecoder) {
    ScratchEncoderDecoderStudent student = new ScratchEncoderDecoderStudent();
    student.encoderLayers = ofEncoder;
    student.decoderLayers = ofDecoder;
    return student;
  }

  @Override
  ScratchEncoderDecoderStudent sameLayers() {
    return withLayers(encoderLayers, decoderLayers);
  }

  @Override
  void checkLayers(PropertyChecks properties) {
    properties.checkAtLeast("encoderLayers", 1, encoderLayers);
    properties.checkAtLeast("decoderLayers", 1, decoderLayers);
  }

  @Override
  UntrainedModel model(Sizes sizes) {
    return new NewEncoderDecoder(
        sizes.symbols(),
        sizes.positions(),
        encoderLayers,
        decoderLayers,
        sizes.width(),
        sizes.heads(),
        sizes.inner(),
        sizes.form());
  }

  @Override
  String property() {
    return "decoderLayers";
  }

  @Override
  boolean fits(Head head) {
    return head.columnsGiven();
  }

  @Override
  String purpose() {
    return "the next token, but the outputs of the dataset are %s; make the dataset with ParallelTextDataSource";
  }

  @Override
  String layers() {
    return "encoderLayers=%d, decoderLayers=%d".formatted(encoderLayers, decoderLayers);
  }
}
