package org.tribuo.distill.input.image;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.input.internal.image.PixelView;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Altered copies of each image, beside the image itself: moved at random, by a crop of the image
 * with black around it, and mirrored with a probability of one half. Each copy is an example of its
 * own, which the teacher reads too: its soft targets are those of the same pixels, and are kept as
 * any others. How an image is altered depends on the seed and on its file's content alone.
 *
 * <pre>{@code
 * new ImageAugmentation(4).padding(2)
 *
 * <component name="augmentation" type="org.tribuo.distill.input.image.ImageAugmentation">
 *   <property name="copies" value="4"/>
 *   <property name="padding" value="2"/>
 * </component>
 * }</pre>
 *
 * <p>Immutable and safe for many threads.
 */
public final class ImageAugmentation
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  /** A digest's first digits, as a number. */
  private static final int DIGITS = 16;

  @ConfigurableName private String component = "ImageAugmentation";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(mandatory = true, description = "The copies of each image, 1 or more.")
  private int copies;

  @Config(
      description =
          "By how many pixels a copy may be moved up, down, left or right, 0 or more: pixels of the"
              + " size that the model reads.")
  private int padding;

  @Config(description = "Whether half of the copies are mirrored, left and right.")
  private boolean flip;

  @Config(description = "The seed of all copies.")
  private long seed;

  /** For OLCUT. */
  private ImageAugmentation() {}

  /**
   * Mirrored copies.
   *
   * @param copies of each image
   * @throws PropertyException if there are fewer than 1
   */
  public static ImageAugmentation flips(int copies) {
    return new ImageAugmentation()
        .with(
            augmentation -> {
              augmentation.copies = copies;
              augmentation.flip = true;
            });
  }

  /**
   * Moved copies.
   *
   * @param copies of each image
   * @param padding by how many pixels
   * @throws PropertyException if a number is less than 1
   */
  public static ImageAugmentation crops(int copies, int padding) {
    return new ImageAugmentation()
        .with(
            augmentation -> {
              augmentation.copies = copies;
              augmentation.padding = padding;
            });
  }

  /** The same copies, of which half are mirrored too. */
  public ImageAugmentation withFlips() {
    return with(other -> other.flip = true);
  }

  /** Other copies. */
  public ImageAugmentation seed(long seed) {
    return with(other -> other.seed = seed);
  }

  private ImageAugmentation with(Consumer<ImageAugmentation> change) {
    ImageAugmentation other = new ImageAugmentation();
    other.copies = copies;
    other.padding = padding;
    other.flip = flip;
    other.seed = seed;
    change.accept(other);
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkAtLeast("copies", 1, copies);
    properties.checkAtLeast("padding", 0, padding);
    if (padding == 0 && !flip) {
      throw new PropertyException(
          component,
          "padding",
          "is 0, and flip is false, so that copies would be equal; state one of the two");
    }
  }

  /**
   * How the copies of an image are seen, for the data source.
   *
   * @param sha256 of the image's file
   */
  public List<PixelView> views(String sha256) {
    long ofImage = Long.parseUnsignedLong(sha256.substring(0, DIGITS), 16);
    SplittableRandom random = new SplittableRandom(seed ^ ofImage);
    List<PixelView> views = new ArrayList<>(copies);
    for (int i = 0; i < copies; i++) {
      int down = random.nextInt(-padding, padding + 1);
      int right = random.nextInt(-padding, padding + 1);
      boolean mirrored = random.nextBoolean();
      views.add(new PixelView(down, right, flip && mirrored));
    }
    return views;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "ImageAugmentation");
  }

  @Override
  public String toString() {
    return "ImageAugmentation(copies=%d, padding=%d, flip=%s, seed=%d)"
        .formatted(copies, padding, flip, seed);
  }
}
