package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.create.NewSoundEncoder;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * An untrained Transformer with a head, for sounds of as many log-mel frames [mels, frames]: two
 * convolutions as in Whisper, a learned vector for each position, layers with the normalisation
 * before each block, and the mean over all positions. It learns all it knows from the teacher and
 * from the labels.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.ScratchSoundStudent">
 *   <property name="mels" value="40"/>
 *   <property name="frames" value="100"/>
 *   <property name="layers" value="2"/>
 *   <property name="width" value="64"/>
 *   <property name="heads" value="4"/>
 * </component>
 * }</pre>
 *
 * <p>Immutable and safe for many threads.
 */
public final class ScratchSoundStudent implements StudentSource {
  @ConfigurableName private String component = "ScratchSoundStudent";

  @Config(mandatory = true, description = "The bins of frequency of a frame.")
  private int mels;

  @Config(mandatory = true, description = "The frames of a sound, an even number.")
  private int frames;

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

  /** For OLCUT. */
  private ScratchSoundStudent() {}

  /**
   * For sounds of as many frames.
   *
   * @param mels the bins of frequency of a frame
   * @param frames of a sound, an even number
   * @param layers the number of layers
   * @param width the size of a hidden state, a multiple of the heads
   * @param heads the heads of the attention
   * @throws PropertyException if a number is below 1, the frames are odd, or the heads do not
   *     divide the width
   */
  public static ScratchSoundStudent of(int mels, int frames, int layers, int width, int heads) {
    return new ScratchSoundStudent()
        .with(
            student -> {
              student.mels = mels;
              student.frames = frames;
              student.layers = layers;
              student.width = width;
              student.heads = heads;
            });
  }

  /**
   * The same with other feed-forward blocks.
   *
   * @param inner the width inside one
   * @throws PropertyException if it is less than 1
   */
  public ScratchSoundStudent withInner(int inner) {
    return with(other -> other.inner = inner);
  }

  private ScratchSoundStudent with(Consumer<ScratchSoundStudent> change) {
    ScratchSoundStudent other = new ScratchSoundStudent();
    other.mels = mels;
    other.frames = frames;
    other.layers = layers;
    other.width = width;
    other.heads = heads;
    other.inner = inner;
    change.accept(other);
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkAtLeast("mels", 1, mels);
    properties.checkAtLeast("frames", 1, frames);
    properties.checkAtLeast("layers", 1, layers);
    properties.checkAtLeast("heads", 1, heads);
    properties.checkIfStated("inner", 1, inner);
    properties.check(frames % 2 == 0 ? "width" : "frames", this::encoder);
  }

  private NewSoundEncoder encoder() {
    return new NewSoundEncoder(
        mels, frames, layers, width, heads, inner == null ? 4 * width : inner);
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if logits for each token are wanted
   */
  @Override
  public Student make(StudentRequest request) {
    if (request.head().perToken()) {
      throw new PropertyException(
          component,
          "frames",
          "are one row of logits together, and %s is wanted".formatted(request.head()));
    }
    SplittableRandom random = new SplittableRandom(request.seed());
    Transformer encoder = Transformer.of(encoder().make(random.nextLong()));
    Graph headed =
        new TaskHead(Pooling.MEAN, request.head().columns().size(), random.nextLong())
            .attach(encoder);
    return Student.of(headed.toModel(), TaskHead.LOGITS, request.head());
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Student");
  }

  @Override
  public String toString() {
    return "ScratchSoundStudent(%s)".formatted(encoder());
  }
}
