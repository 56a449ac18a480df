package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.transformer.internal.NewItemTransformer;
import org.tribuo.distill.transformer.internal.TaskHead;

/**
 * An untrained Transformer that reads the items of a history and predicts the next one at each of
 * them, in the form of SASRec (Kang and McAuley 2018, arXiv:1808.09781): an item attends to itself
 * and to those before it, and the scores of the next are the products of the last state with the
 * embeddings of all items. Unlike there the feed-forward blocks are four times as wide inside, with
 * GELU, and all items are compared at each step, not the next one and one other. How many items
 * there are the dataset says.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.ScratchItemStudent">
 *   <property name="layers" value="1"/>
 *   <property name="width" value="32"/>
 *   <property name="heads" value="1"/>
 * </component>
 * }</pre>
 */
public final class ScratchItemStudent implements StudentSource {
  @ConfigurableName private String component = "ScratchItemStudent";

  @Config(description = "The longest history; of a longer one the last items are read.")
  private int positions = 50;

  @Config(mandatory = true, description = "The number of layers.")
  private int layers;

  @Config(mandatory = true, description = "The size of a hidden state, a multiple of the heads.")
  private int width;

  @Config(mandatory = true, description = "The heads of the attention.")
  private int heads;

  @Config(description = "The width inside a feed-forward block; 0 for four times the width.")
  private int inner;

  /** For OLCUT. */
  private ScratchItemStudent() {}

  /**
   * A Transformer for histories of 50 items.
   *
   * @param layers the number of layers
   * @param width the size of a hidden state, a multiple of the heads
   * @param heads the heads of the attention
   * @throws PropertyException if a number is below 1, or the heads do not divide the width
   */
  public static ScratchItemStudent of(int layers, int width, int heads) {
    ScratchItemStudent student = new ScratchItemStudent();
    student.layers = layers;
    student.width = width;
    student.heads = heads;
    student.postConfig();
    return student;
  }

  /**
   * The same for histories of another length.
   *
   * @param positions the longest history
   * @throws PropertyException if it is below 1
   */
  public ScratchItemStudent withPositions(int positions) {
    ScratchItemStudent other = of(layers, width, heads);
    other.inner = inner;
    other.positions = positions;
    other.postConfig();
    return other;
  }

  /**
   * The same with other feed-forward blocks.
   *
   * @param inner the width inside one; 0 for four times the width
   * @throws PropertyException if it is negative
   */
  public ScratchItemStudent withInner(int inner) {
    ScratchItemStudent other = of(layers, width, heads);
    other.positions = positions;
    other.inner = inner;
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkAtLeast("positions", 1, positions);
    properties.checkAtLeast("layers", 1, layers);
    properties.checkAtLeast("heads", 1, heads);
    properties.checkAtLeast("inner", 0, inner);
    properties.check("width", () -> transformer(1));
  }

  private NewItemTransformer transformer(int items) {
    return new NewItemTransformer(
        items, positions, layers, width, heads, inner == 0 ? 4 * width : inner);
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if something else than the next item is predicted
   */
  @Override
  public Student make(StudentRequest request) {
    Head head = request.head();
    if (!head.lastAlone()) {
      throw new PropertyException(
          component,
          "layers",
          "are those of a model that predicts the next item, but the outputs of the dataset are %s; make the dataset with RatingDataSource, or use another student"
              .formatted(head.columns()));
    }
    return Student.of(
        transformer(head.columns().size()).make(request.seed()), TaskHead.LOGITS, head);
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Student");
  }

  @Override
  public String toString() {
    return "ScratchItemStudent(positions=%d, layers=%d, width=%d, heads=%d, inner=%d)"
        .formatted(positions, layers, width, heads, transformer(1).inner());
  }
}
