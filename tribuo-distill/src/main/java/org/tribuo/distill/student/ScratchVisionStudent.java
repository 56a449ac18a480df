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
import org.tribuo.distill.transformer.internal.create.NewVisionEncoder;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * An untrained vision Transformer with a head, for images of one size: patches, a learned vector
 * for each position, layers with the normalisation before each block. It learns all it knows from
 * the teacher and from the labels.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.ScratchVisionStudent">
 *   <property name="imageHeight" value="32"/>
 *   <property name="imageWidth" value="32"/>
 *   <property name="patch" value="4"/>
 *   <property name="layers" value="4"/>
 *   <property name="width" value="96"/>
 *   <property name="heads" value="4"/>
 * </component>
 * }</pre>
 *
 * <p>Immutable and safe for many threads.
 */
public final class ScratchVisionStudent implements StudentSource {
  @ConfigurableName private String component = "ScratchVisionStudent";

  @Config(description = "The channels of an image: 3 for colours, 1 for grey.")
  private int channels = 3;

  @Config(mandatory = true, description = "The height of an image, a multiple of the patch.")
  private int imageHeight;

  @Config(mandatory = true, description = "The width of an image, a multiple of the patch.")
  private int imageWidth;

  @Config(mandatory = true, description = "The length of an edge of a patch in pixels.")
  private int patch;

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

  @Config(
      description =
          "How one vector for an image comes out of the last layer: FIRST_TOKEN is that of a token in"
              + " front of the patches, MEAN that of all patches, without such a token.")
  private Pooling pooling = Pooling.FIRST_TOKEN;

  /** For OLCUT. */
  private ScratchVisionStudent() {}

  /**
   * For colour images of equal edges.
   *
   * @param image the length of an edge in pixels, a multiple of the patch
   * @param patch the length of an edge of a patch in pixels
   * @param layers the number of layers
   * @param width the size of a hidden state, a multiple of the heads
   * @param heads the heads of the attention
   * @throws PropertyException if a number is below 1, the patches do not fill the image, or the
   *     heads do not divide the width
   */
  public static ScratchVisionStudent of(int image, int patch, int layers, int width, int heads) {
    return new ScratchVisionStudent()
        .with(
            student -> {
              student.imageHeight = image;
              student.imageWidth = image;
              student.patch = patch;
              student.layers = layers;
              student.width = width;
              student.heads = heads;
            });
  }

  /**
   * The same for other images.
   *
   * @throws PropertyException if a number is below 1, or the patches do not fill the image
   */
  public ScratchVisionStudent withImages(int channels, int height, int width) {
    return with(
        other -> {
          other.channels = channels;
          other.imageHeight = height;
          other.imageWidth = width;
        });
  }

  /**
   * The same with other feed-forward blocks.
   *
   * @param inner the width inside one
   * @throws PropertyException if it is less than 1
   */
  public ScratchVisionStudent withInner(int inner) {
    return with(other -> other.inner = inner);
  }

  /**
   * The same, whose hidden states become one vector in another way.
   *
   * @param pooling {@code MEAN} or {@code FIRST_TOKEN}
   * @throws PropertyException if it is another one
   */
  public ScratchVisionStudent withPooling(Pooling pooling) {
    return with(other -> other.pooling = pooling);
  }

  private ScratchVisionStudent with(Consumer<ScratchVisionStudent> change) {
    ScratchVisionStudent other = new ScratchVisionStudent();
    other.channels = channels;
    other.imageHeight = imageHeight;
    other.imageWidth = imageWidth;
    other.patch = patch;
    other.layers = layers;
    other.width = width;
    other.heads = heads;
    other.inner = inner;
    other.pooling = pooling;
    change.accept(other);
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    if (pooling != Pooling.MEAN && pooling != Pooling.FIRST_TOKEN) {
      throw new PropertyException(
          component,
          "pooling",
          "is %s, but a new encoder has no pooler and an image is one row of logits: use MEAN or FIRST_TOKEN"
              .formatted(pooling));
    }
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkAtLeast("channels", 1, channels);
    properties.checkAtLeast("imageHeight", 1, imageHeight);
    properties.checkAtLeast("imageWidth", 1, imageWidth);
    properties.checkAtLeast("patch", 1, patch);
    properties.checkAtLeast("layers", 1, layers);
    properties.checkAtLeast("heads", 1, heads);
    properties.checkIfStated("inner", 1, inner);
    properties.check(
        imageHeight % patch + imageWidth % patch == 0 ? "width" : "patch", this::encoder);
  }

  private NewVisionEncoder encoder() {
    return new NewVisionEncoder(
        channels,
        imageHeight,
        imageWidth,
        patch,
        layers,
        width,
        heads,
        inner == null ? 4 * width : inner,
        pooling == Pooling.FIRST_TOKEN);
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
          "pooling",
          "gives a row of logits for each image, and %s is wanted".formatted(request.head()));
    }
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
    return "ScratchVisionStudent(%s, pooling=%s)".formatted(encoder(), pooling);
  }
}
