package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.FreshHead;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.create.NewEncoder;
import org.tribuo.distill.transformer.internal.head.TaskHead;

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
public final class ScratchStudent implements StudentSource {
  @ConfigurableName private String component = "ScratchStudent";

  @Config(mandatory = true, description = "The number of tokens that the tokenizer knows.")
  private int vocabulary;

  @Config(description = "The longest text in tokens.")
  private int positions = 512;

  @Config(mandatory = true, description = "The number of layers.")
  private int layers;

  @Config(mandatory = true, description = "The size of a hidden state, a multiple of the heads.")
  private int width;

  @Config(mandatory = true, description = "The heads of the attention.")
  private int heads;

  @Config(
      description =
          "The width inside a feed-forward block, 1 or more; by default four times the width.")
  private @Nullable Integer inner;

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
    student.layers = layers;
    student.width = width;
    student.heads = heads;
    student.postConfig();
    return student;
  }

  /**
   * The same for texts of another length.
   *
   * @param positions the longest text in tokens
   * @throws PropertyException if it is below 1
   */
  public ScratchStudent withPositions(int positions) {
    ScratchStudent other = copy();
    other.positions = positions;
    other.postConfig();
    return other;
  }

  /**
   * The same with other feed-forward blocks.
   *
   * @param inner the width inside one
   * @throws PropertyException if it is less than 1
   */
  public ScratchStudent withInner(int inner) {
    ScratchStudent other = copy();
    other.inner = inner;
    other.postConfig();
    return other;
  }

  /**
   * The same, whose hidden states become one vector in another way.
   *
   * @param pooling {@code MEAN} or {@code FIRST_TOKEN}
   * @throws PropertyException if it is another one
   */
  public ScratchStudent withPooling(Pooling pooling) {
    ScratchStudent other = copy();
    other.pooling = pooling;
    other.postConfig();
    return other;
  }

  private ScratchStudent copy() {
    ScratchStudent copy = of(vocabulary, layers, width, heads);
    copy.positions = positions;
    copy.inner = inner;
    copy.pooling = pooling;
    return copy;
  }

  @Override
  public void postConfig() {
    if (pooling != Pooling.MEAN && pooling != Pooling.FIRST_TOKEN) {
      throw new PropertyException(
          component,
          "pooling",
          "is %s, but a new encoder has no pooler and a text is one row of logits: use MEAN or FIRST_TOKEN"
              .formatted(pooling));
    }
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkAtLeast("vocabulary", 1, vocabulary);
    properties.checkAtLeast("positions", 1, positions);
    properties.checkAtLeast("layers", 1, layers);
    properties.checkAtLeast("heads", 1, heads);
    properties.checkIfStated("inner", 1, inner);
    properties.check("width", this::encoder);
  }

  private NewEncoder encoder() {
    return new NewEncoder(
        vocabulary, positions, layers, width, heads, inner == null ? 4 * width : inner);
  }

  @Override
  public Student make(StudentRequest request) {
    SplittableRandom random = new SplittableRandom(request.seed());
    Transformer encoder = Transformer.of(encoder().make(random.nextLong()));
    return new FreshHead(pooling, new TaskHead.Form.Linear(), random.nextLong())
        .on(encoder, request.head());
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Student");
  }

  @Override
  public String toString() {
    return "ScratchStudent(%s, pooling=%s)".formatted(encoder(), pooling);
  }
}
