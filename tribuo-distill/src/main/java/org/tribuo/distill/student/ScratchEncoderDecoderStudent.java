package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.transformer.internal.create.NewEncoderDecoder;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * An untrained encoder-decoder, as for translation (Vaswani et al. 2017, arXiv:1706.03762): it
 * reads a source and predicts the next token at each position of its target. Blocks read normalised
 * states, positions have learned embeddings, and one table has the embeddings of source and target
 * and makes the logits. How many tokens there are the dataset says. It reads sources and targets of
 * 512 tokens unless {@code positions} state otherwise.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.ScratchEncoderDecoderStudent">
 *   <property name="positions" value="64"/>
 *   <property name="encoderLayers" value="3"/>
 *   <property name="decoderLayers" value="1"/>
 *   <property name="width" value="256"/>
 *   <property name="heads" value="4"/>
 * </component>
 * }</pre>
 */
public final class ScratchEncoderDecoderStudent implements StudentSource {
  private static final int USUAL_POSITIONS = 512;

  @ConfigurableName private String component = "ScratchEncoderDecoderStudent";

  @Config(description = "The longest source, and the longest target, in tokens.")
  private int positions = USUAL_POSITIONS;

  @Config(mandatory = true, description = "The number of layers of the encoder.")
  private int encoderLayers;

  @Config(mandatory = true, description = "The number of layers of the decoder.")
  private int decoderLayers;

  @Config(mandatory = true, description = "The size of a hidden state, a multiple of the heads.")
  private int width;

  @Config(mandatory = true, description = "The heads of the attention.")
  private int heads;

  @Config(
      description =
          "The width inside a feed-forward block, 1 or more; by default four times the width.")
  private @Nullable Integer inner;

  /** For OLCUT. */
  private ScratchEncoderDecoderStudent() {}

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
    ScratchEncoderDecoderStudent student = new ScratchEncoderDecoderStudent();
    student.encoderLayers = encoderLayers;
    student.decoderLayers = decoderLayers;
    student.width = width;
    student.heads = heads;
    student.postConfig();
    return student;
  }

  /**
   * The same for texts of another length.
   *
   * @param positions the longest source, and the longest target, in tokens
   * @throws PropertyException if it is below 1
   */
  public ScratchEncoderDecoderStudent withPositions(int positions) {
    return with(positions, inner);
  }

  /**
   * The same with other feed-forward blocks.
   *
   * @param inner the width inside one
   * @throws PropertyException if it is less than 1
   */
  public ScratchEncoderDecoderStudent withInner(int inner) {
    return with(positions, inner);
  }

  private ScratchEncoderDecoderStudent with(int positions, @Nullable Integer inner) {
    ScratchEncoderDecoderStudent other = of(encoderLayers, decoderLayers, width, heads);
    other.positions = positions;
    other.inner = inner;
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkAtLeast("positions", 1, positions);
    properties.checkAtLeast("encoderLayers", 1, encoderLayers);
    properties.checkAtLeast("decoderLayers", 1, decoderLayers);
    properties.checkAtLeast("heads", 1, heads);
    properties.checkIfStated("inner", 1, inner);
    properties.check("width", () -> model(1));
  }

  private NewEncoderDecoder model(int vocabulary) {
    return new NewEncoderDecoder(
        vocabulary,
        positions,
        encoderLayers,
        decoderLayers,
        width,
        heads,
        inner == null ? 4 * width : inner);
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if something else is predicted than the next token
   */
  @Override
  public Student make(StudentRequest request) {
    Head head = request.head();
    if (!head.columnsGiven()) {
      throw new PropertyException(
          component,
          "decoderLayers",
          "are those of a model that predicts the next token, but the outputs of the dataset are %s; make the dataset with ParallelTextDataSource, or use another student"
              .formatted(head.columns()));
    }
    return Student.of(model(head.columns().size()).make(request.seed()), TaskHead.LOGITS, head);
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Student");
  }

  @Override
  public String toString() {
    return "ScratchEncoderDecoderStudent(positions=%d, encoderLayers=%d, decoderLayers=%d, width=%d, heads=%d, inner=%d)"
        .formatted(positions, encoderLayers, decoderLayers, width, heads, model(1).inner());
  }
}
