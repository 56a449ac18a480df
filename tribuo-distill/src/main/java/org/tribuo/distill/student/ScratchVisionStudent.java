package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.create.NewVisionEncoder;
import org.tribuo.distill.transformer.internal.create.UntrainedModel;

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
public final class ScratchVisionStudent extends ScratchEncoder<ScratchVisionStudent> {
  @Config(description = "The channels of an image: 3 for colours, 1 for grey.")
  private int channels = 3;

  @Config(mandatory = true, description = "The height of an image, a multiple of the patch.")
  private int imageHeight;

  @Config(mandatory = true, description = "The width of an image, a multiple of the patch.")
  private int imageWidth;

  @Config(mandatory = true, description = "The length of an edge of a patch in pixels.")
  private int patch;

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
    ScratchVisionStudent student = new ScratchVisionStudent();
    student.imageHeight = image;
    student.imageWidth = image;
    student.patch = patch;
    return student.sized(layers, width, heads);
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
   * The same, whose hidden states become one vector in another way.
   *
   * @param pooling {@code MEAN} or {@code FIRST_TOKEN}
   * @throws PropertyException if it is another one
   */
  public ScratchVisionStudent withPooling(Pooling pooling) {
    return with(other -> other.pooling = pooling);
  }

  @Override
  ScratchVisionStudent sameInputs() {
    ScratchVisionStudent other = new ScratchVisionStudent();
    other.channels = channels;
    other.imageHeight = imageHeight;
    other.imageWidth = imageWidth;
    other.patch = patch;
    other.pooling = pooling;
    return other;
  }

  @Override
  void checkInputs(PropertyChecks properties) {
    checkPooling(properties, pooling, "an image");
    properties.checkAtLeast("channels", 1, channels);
    properties.checkAtLeast("imageHeight", 1, imageHeight);
    properties.checkAtLeast("imageWidth", 1, imageWidth);
    properties.checkAtLeast("patch", 1, patch);
  }

  @Override
  UntrainedModel encoder(int layers, int width, int heads, int inner) {
    return new NewVisionEncoder(
        channels,
        imageHeight,
        imageWidth,
        patch,
        layers,
        width,
        heads,
        inner,
        pooling == Pooling.FIRST_TOKEN);
  }

  @Override
  String misfit() {
    return imageHeight % patch + imageWidth % patch == 0 ? "width" : "patch";
  }

  @Override
  Pooling pooling() {
    return pooling;
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if logits for each token are wanted
   */
  @Override
  public Student make(StudentRequest request) {
    if (request.head().perToken()) {
      throw properties()
          .refused(
              "pooling",
              "gives a row of logits for each image, and %s is wanted".formatted(request.head()));
    }
    return super.make(request);
  }

  @Override
  public String toString() {
    return "ScratchVisionStudent(%s, pooling=%s)".formatted(encoder(), pooling);
  }
}
