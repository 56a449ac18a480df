package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.FreshHead;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.create.UntrainedModel;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * What untrained encoders with a head have in common, whatever they read.
 *
 * @param <S> the student itself
 */
abstract class ScratchEncoder<S extends ScratchEncoder<S>> implements StudentSource {
  @ConfigurableName private String component = getClass().getSimpleName();

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

  /** Another with the same inputs and pooling, and nothing else. */
  abstract S sameInputs();

  /** Checks the sizes of the inputs, and the pooling. */
  abstract void checkInputs(PropertyChecks properties);

  /**
   * The encoder without its head.
   *
   * @param inner the width inside a feed-forward block
   * @throws IllegalArgumentException if the sizes do not fit each other
   */
  abstract UntrainedModel encoder(int layers, int width, int heads, int inner);

  /** The property that is named if the sizes do not fit each other. */
  abstract String misfit();

  /** How one vector comes out of the last layer. */
  abstract Pooling pooling();

  /** This with layers of a size. */
  final S sized(int layers, int width, int heads) {
    return with(
        made -> {
          ScratchEncoder<S> other = made;
          other.layers = layers;
          other.width = width;
          other.heads = heads;
        });
  }

  /**
   * The same with other feed-forward blocks.
   *
   * @param inner the width inside one
   * @throws PropertyException if it is less than 1
   */
  public final S withInner(int inner) {
    return with(
        made -> {
          ScratchEncoder<S> other = made;
          other.inner = inner;
        });
  }

  /** The same with a change, checked. */
  final S with(Consumer<S> change) {
    S made = sameInputs();
    ScratchEncoder<S> other = made;
    other.layers = layers;
    other.width = width;
    other.heads = heads;
    other.inner = inner;
    change.accept(made);
    other.postConfig();
    return made;
  }

  @Override
  public final void postConfig() {
    PropertyChecks properties = properties();
    checkInputs(properties);
    properties.checkAtLeast("layers", 1, layers);
    properties.checkAtLeast("heads", 1, heads);
    properties.checkIfStated("inner", 1, inner);
    properties.check(misfit(), this::encoder);
  }

  /**
   * Checks a pooling that is stated.
   *
   * @param input that becomes one row of logits, with its article
   */
  static void checkPooling(PropertyChecks properties, Pooling pooling, String input) {
    if (pooling != Pooling.MEAN && pooling != Pooling.FIRST_TOKEN) {
      throw properties.refused(
          "pooling",
          "is %s, but a new encoder has no pooler and %s is one row of logits: use MEAN or FIRST_TOKEN"
              .formatted(pooling, input));
    }
  }

  final PropertyChecks properties() {
    return PropertyChecks.of(this, component);
  }

  /** The encoder without its head, of the sizes that are stated. */
  final UntrainedModel encoder() {
    return encoder(layers, width, heads, inner == null ? 4 * width : inner);
  }

  @Override
  public Student make(StudentRequest request) {
    SplittableRandom random = new SplittableRandom(request.seed());
    Transformer encoder = Transformer.of(encoder().make(random.nextLong()));
    return new FreshHead(pooling(), new TaskHead.Form.Linear(), random.nextLong())
        .on(encoder, request.head());
  }

  @Override
  public final ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Student");
  }
}
