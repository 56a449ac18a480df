package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.transformer.BlockNormalization;
import org.tribuo.distill.transformer.PositionEncoding;
import org.tribuo.distill.transformer.internal.create.SequenceForm;
import org.tribuo.distill.transformer.internal.create.UntrainedModel;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * What untrained Transformers have in common that predict what comes next in a sequence.
 *
 * @param <S> the student itself
 */
abstract class ScratchTransformer<S extends ScratchTransformer<S>> implements StudentSource {
  @ConfigurableName private String component = getClass().getSimpleName();
  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(
      description =
          "The longest sequence that is read at once; unless positions are learned, a maxLength of the batching may be longer.")
  private int positions;

  @Config(mandatory = true, description = "The size of a hidden state, a multiple of the heads.")
  private int width;

  @Config(mandatory = true, description = "The heads of the attention.")
  private int heads;

  @Config(
      description =
          "The width inside a feed-forward block, 1 or more; by default four times the width.")
  private @Nullable Integer inner;

  @Config(description = "Whether states are normalised before blocks or after them.")
  private BlockNormalization normalization = BlockNormalization.BEFORE;

  @Config(description = "How positions are distinguished.")
  private PositionEncoding positionEncoding = PositionEncoding.LEARNED;

  @Config(
      description =
          "Whether logits are products with the table of embeddings, or with a matrix of their own.")
  private boolean tiedEmbeddings = true;

  /**
   * @param positions unless stated otherwise
   */
  ScratchTransformer(int positions) {
    this.positions = positions;
  }

  /** Another with as many layers, and nothing else. */
  abstract S sameLayers();

  /** Checks the numbers of layers. */
  abstract void checkLayers(PropertyChecks properties);

  /**
   * A model of as many layers.
   *
   * @throws IllegalArgumentException if the sizes do not fit each other
   */
  abstract UntrainedModel model(Sizes sizes);

  /** The property that is named where a head is for something else. */
  abstract String property();

  /** Whether a head is for that. */
  abstract boolean fits(Head head);

  /** What it predicts, and where such outputs come from, for messages. */
  abstract String purpose();

  /**
   * What a model is made of, beside its layers.
   *
   * @param symbols how many may come next
   */
  record Sizes(int symbols, int positions, int width, int heads, int inner, SequenceForm form) {}

  /** This with layers of a size. */
  final S sized(int width, int heads) {
    return with(
        other -> {
          other.width = width;
          other.heads = heads;
        });
  }

  /**
   * The same for sequences of another length.
   *
   * @param positions the longest one; of an encoder-decoder the longest source, and the longest
   *     target
   * @throws PropertyException if it is below 1
   */
  public final S withPositions(int positions) {
    return with(other -> other.positions = positions);
  }

  /**
   * The same with other feed-forward blocks.
   *
   * @param inner the width inside one
   * @throws PropertyException if it is less than 1
   */
  public final S withInner(int inner) {
    return with(other -> other.inner = inner);
  }

  /** The same with the normalisation elsewhere; unless stated otherwise it is before each block. */
  public final S withNormalization(BlockNormalization normalization) {
    return with(other -> other.normalization = normalization);
  }

  /**
   * The same with positions that are distinguished in another way; unless stated otherwise they are
   * learned.
   *
   * @throws PropertyException if the width, or that of a head, has no pairs of numbers for them
   */
  public final S withPositionEncoding(PositionEncoding encoding) {
    return with(other -> other.positionEncoding = encoding);
  }

  /**
   * The same with one table for what is read and what is predicted, as it is unless stated
   * otherwise, or with a matrix [width, tokens] of its own for the logits.
   */
  public final S withTiedEmbeddings(boolean tied) {
    return with(other -> other.tiedEmbeddings = tied);
  }

  private S with(Consumer<ScratchTransformer<S>> change) {
    S made = sameLayers();
    ScratchTransformer<S> other = made;
    other.positions = positions;
    other.width = width;
    other.heads = heads;
    other.inner = inner;
    other.normalization = normalization;
    other.positionEncoding = positionEncoding;
    other.tiedEmbeddings = tiedEmbeddings;
    change.accept(other);
    other.postConfig();
    return made;
  }

  @Override
  public final void postConfig() {
    BooleanProperties.check(this, component, configuration);
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkAtLeast("positions", 1, positions);
    checkLayers(properties);
    properties.checkAtLeast("heads", 1, heads);
    properties.checkIfStated("inner", 1, inner);
    properties.check("width", () -> model(sizes(1)));
  }

  private Sizes sizes(int symbols) {
    return new Sizes(
        symbols,
        positions,
        width,
        heads,
        inner == null ? 4 * width : inner,
        new SequenceForm(normalization, positionEncoding, tiedEmbeddings));
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
          property(),
          "are those of a model that predicts %s, or use another student"
              .formatted(purpose().formatted(head.columns())));
    }
    OnnxModel made = model(sizes(head.columns().size())).make(request.seed());
    return Student.of(
        positionEncoding == PositionEncoding.LEARNED
            ? made
            : OnnxMetadata.withMaxLength(made, positions),
        TaskHead.LOGITS,
        head);
  }

  @Override
  public final ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Student");
  }

  /** The sizes of the layers, for a person. */
  abstract String layers();

  @Override
  public final String toString() {
    return "%s(positions=%d, %s, width=%d, heads=%d, inner=%d, normalization=%s, positionEncoding=%s, tiedEmbeddings=%s)"
        .formatted(
            getClass().getSimpleName(),
            positions,
            layers(),
            width,
            heads,
            sizes(1).inner(),
            normalization,
            positionEncoding,
            tiedEmbeddings);
  }
}
