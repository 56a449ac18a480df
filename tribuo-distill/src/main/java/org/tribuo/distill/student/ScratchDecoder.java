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
import org.tribuo.distill.transformer.internal.create.NewDecoder;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * What untrained Transformers have in common that predict what comes next.
 *
 * @param <S> the student itself
 */
abstract class ScratchDecoder<S extends ScratchDecoder<S>> implements StudentSource {
  @ConfigurableName private String component = getClass().getSimpleName();

  @Config(description = "The longest sequence that is read at once.")
  private int positions;

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

  /**
   * @param positions unless stated otherwise
   */
  ScratchDecoder(int positions) {
    this.positions = positions;
  }

  /** Another without settings. */
  abstract S blank();

  /** What is read and predicted. */
  abstract NewDecoder.Kind kind();

  /** Whether a head is for that. */
  abstract boolean fits(Head head);

  /** What it predicts, and where such outputs come from, for messages. */
  abstract String purpose();

  /** This with layers of a size. */
  final S sized(int layers, int width, int heads) {
    return with(positions, layers, width, heads, inner);
  }

  /**
   * The same for sequences of another length.
   *
   * @param positions the longest one
   * @throws PropertyException if it is below 1
   */
  public final S withPositions(int positions) {
    return with(positions, layers, width, heads, inner);
  }

  /**
   * The same with other feed-forward blocks.
   *
   * @param inner the width inside one
   * @throws PropertyException if it is less than 1
   */
  public final S withInner(int inner) {
    return with(positions, layers, width, heads, inner);
  }

  private S with(int positions, int layers, int width, int heads, @Nullable Integer inner) {
    S made = blank();
    ScratchDecoder<S> other = made;
    other.positions = positions;
    other.layers = layers;
    other.width = width;
    other.heads = heads;
    other.inner = inner;
    other.postConfig();
    return made;
  }

  @Override
  public final void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkAtLeast("positions", 1, positions);
    properties.checkAtLeast("layers", 1, layers);
    properties.checkAtLeast("heads", 1, heads);
    properties.checkIfStated("inner", 1, inner);
    properties.check("width", () -> decoder(1));
  }

  private NewDecoder decoder(int symbols) {
    return new NewDecoder(
        kind(), symbols, positions, layers, width, heads, inner == null ? 4 * width : inner);
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if something else is predicted than what comes next
   */
  @Override
  public final Student make(StudentRequest request) {
    Head head = request.head();
    if (!fits(head)) {
      throw new PropertyException(
          component,
          "layers",
          "are those of a model that predicts %s, or use another student"
              .formatted(purpose().formatted(head.columns())));
    }
    return Student.of(decoder(head.columns().size()).make(request.seed()), TaskHead.LOGITS, head);
  }

  @Override
  public final ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Student");
  }

  @Override
  public final String toString() {
    return "%s(positions=%d, layers=%d, width=%d, heads=%d, inner=%d)"
        .formatted(getClass().getSimpleName(), positions, layers, width, heads, decoder(1).inner());
  }
}
