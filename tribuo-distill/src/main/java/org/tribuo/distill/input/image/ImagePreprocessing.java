package org.tribuo.distill.input.image;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.input.internal.image.ImageFile;
import org.tribuo.distill.input.internal.image.PixelFeatures;
import org.tribuo.distill.input.internal.image.PixelSettings;
import org.tribuo.distill.input.internal.image.PixelView;
import org.tribuo.distill.input.internal.image.PreprocessorConfig;
import org.tribuo.distill.input.internal.image.Size;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * How the pixels of an image become the numbers that a model reads: channels, size, crop, factor,
 * mean and standard deviation, in this order. By default an image keeps its size, and samples from
 * 0 to 255 become numbers from 0 to 1.
 *
 * <pre>{@code
 * new ImagePreprocessing().size(224, 224).normalization(mean, deviation)
 * ImagePreprocessing.read(Path.of("preprocessor_config.json"))
 *
 * <component name="preprocessing" type="org.tribuo.distill.input.image.ImagePreprocessing">
 *   <property name="shortestEdge" value="256"/>
 *   <property name="cropHeight" value="224"/>
 *   <property name="cropWidth" value="224"/>
 *   <propertylist name="mean"><item>0.485</item><item>0.456</item><item>0.406</item></propertylist>
 *   <propertylist name="deviation"><item>0.229</item><item>0.224</item><item>0.225</item></propertylist>
 * </component>
 * }</pre>
 *
 * <p>Of an image the samples count as its file stores them: transparency is left out, as are colour
 * profiles and the orientation that a camera notes; of 16 bits a sample the higher 8 are read.
 * Immutable and safe for many threads.
 */
public final class ImagePreprocessing
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "ImagePreprocessing";

  @Config(
      description = "The height to which each image is scaled, 1 or more; by default it is not.")
  private @Nullable Integer height;

  @Config(description = "The width to which each image is scaled, 1 or more; by default it is not.")
  private @Nullable Integer width;

  @Config(
      description =
          "The length to which the shorter edge is scaled, in place of height and width: the"
              + " image keeps its proportions. By default it is not scaled.")
  private @Nullable Integer shortestEdge;

  @Config(description = "How an image is scaled.")
  private Interpolation interpolation = Interpolation.BILINEAR;

  @Config(
      description =
          "The height that is cut out of the middle of the scaled image, black where it is outside; by"
              + " default all of it.")
  private @Nullable Integer cropHeight;

  @Config(description = "The width that is cut out; by default all of it.")
  private @Nullable Integer cropWidth;

  @Config(description = "What samples from 0 to 255 are multiplied by, above 0.")
  private double factor = PixelSettings.TO_ONE;

  @Config(description = "What is subtracted then, a number for each channel; none for nothing.")
  private double[] mean = new double[0];

  @Config(
      description = "What is divided by then, a number above 0 for each channel; none for nothing.")
  private double[] deviation = new double[0];

  @Config(description = "The channels, in their order.")
  private ChannelOrder channels = ChannelOrder.RGB;

  /** Images as they are, in numbers from 0 to 1. */
  public ImagePreprocessing() {}

  /**
   * The settings of a {@code preprocessor_config.json}.
   *
   * @throws IllegalArgumentException if it is no such file, or states what is not known here; the
   *     message names file and key
   * @throws IOException if it cannot be read
   */
  public static ImagePreprocessing read(Path file) throws IOException {
    PixelSettings read = PreprocessorConfig.read(file);
    return new ImagePreprocessing()
        .with(
            settings -> {
              read.scaling().ifPresent(settings::state);
              settings.interpolation = read.interpolation();
              settings.cropHeight = read.crop().map(Size::height).orElse(null);
              settings.cropWidth = read.crop().map(Size::width).orElse(null);
              settings.factor = read.factor();
              settings.mean = read.mean().stream().mapToDouble(Double::doubleValue).toArray();
              settings.deviation =
                  read.deviation().stream().mapToDouble(Double::doubleValue).toArray();
              settings.channels = read.channels();
            });
  }

  private void state(PixelSettings.Scaling scaling) {
    if (scaling instanceof PixelSettings.Scaling.To to) {
      height = to.size().height();
      width = to.size().width();
    } else if (scaling instanceof PixelSettings.Scaling.ShortestEdge edge) {
      shortestEdge = edge.pixels();
    }
  }

  /**
   * The same for images that are scaled to one size.
   *
   * @throws PropertyException if a number is below 1
   */
  public ImagePreprocessing size(int height, int width) {
    return with(
        other -> {
          other.height = height;
          other.width = width;
          other.shortestEdge = null;
        });
  }

  /**
   * The same for images whose shorter edge is scaled to a length.
   *
   * @throws PropertyException if it is below 1
   */
  public ImagePreprocessing shortestEdge(int pixels) {
    return with(
        other -> {
          other.height = null;
          other.width = null;
          other.shortestEdge = pixels;
        });
  }

  /** The same with another way of scaling. */
  public ImagePreprocessing interpolation(Interpolation interpolation) {
    return with(other -> other.interpolation = interpolation);
  }

  /**
   * The same with another part that is cut out of the middle.
   *
   * @throws PropertyException if a number is below 1
   */
  public ImagePreprocessing crop(int height, int width) {
    return with(
        other -> {
          other.cropHeight = height;
          other.cropWidth = width;
        });
  }

  /**
   * The same with another factor of samples from 0 to 255.
   *
   * @throws PropertyException if it is not above 0
   */
  public ImagePreprocessing factor(double factor) {
    return with(other -> other.factor = factor);
  }

  /**
   * The same with other numbers that are subtracted and divided by, one for each channel.
   *
   * @throws PropertyException if there are more or fewer, or a deviation is not above 0
   */
  public ImagePreprocessing normalization(double[] mean, double[] deviation) {
    return with(
        other -> {
          other.mean = mean.clone();
          other.deviation = deviation.clone();
        });
  }

  /** The same with other channels. */
  public ImagePreprocessing channels(ChannelOrder channels) {
    return with(other -> other.channels = channels);
  }

  private ImagePreprocessing with(Consumer<ImagePreprocessing> change) {
    ImagePreprocessing other = new ImagePreprocessing();
    other.height = height;
    other.width = width;
    other.shortestEdge = shortestEdge;
    other.interpolation = interpolation;
    other.cropHeight = cropHeight;
    other.cropWidth = cropWidth;
    other.factor = factor;
    other.mean = mean;
    other.deviation = deviation;
    other.channels = channels;
    change.accept(other);
    other.postConfig();
    return other;
  }

  /**
   * Checks the settings; OLCUT calls it.
   *
   * @throws PropertyException if one is out of its range; it names the component and the property
   */
  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkIfStated("height", 1, height);
    properties.checkIfStated("width", 1, width);
    properties.checkIfStated("shortestEdge", 1, shortestEdge);
    properties.checkIfStated("cropHeight", 1, cropHeight);
    properties.checkIfStated("cropWidth", 1, cropWidth);
    checkBoth("height", height, "width", width);
    checkBoth("cropHeight", cropHeight, "cropWidth", cropWidth);
    if (shortestEdge != null && height != null) {
      throw new PropertyException(
          component,
          "shortestEdge",
          "is %d, and height and width are %d and %d; state one of the two"
              .formatted(shortestEdge, height, width));
    }
    properties.check("mean", this::settings);
  }

  private void checkBoth(
      String one, @Nullable Integer ofOne, String other, @Nullable Integer ofOther) {
    if (ofOne == null && ofOther != null) {
      throw missing(one, other, ofOther);
    }
    if (ofOne != null && ofOther == null) {
      throw missing(other, one, ofOne);
    }
  }

  private PropertyException missing(String property, String stated, int value) {
    return new PropertyException(
        component,
        property,
        "is not stated, and %s is %d; state both, or none".formatted(stated, value));
  }

  /** What the settings are made of, for the readers of images. */
  public PixelSettings settings() {
    Optional<PixelSettings.Scaling> scaling = Optional.empty();
    if (shortestEdge != null) {
      scaling = Optional.of(new PixelSettings.Scaling.ShortestEdge(shortestEdge));
    } else if (height != null && width != null) {
      scaling = Optional.of(new PixelSettings.Scaling.To(new Size(height, width)));
    }
    return new PixelSettings(
        scaling,
        interpolation,
        cropHeight == null || cropWidth == null
            ? Optional.empty()
            : Optional.of(new Size(cropHeight, cropWidth)),
        factor,
        Arrays.stream(mean).boxed().toList(),
        Arrays.stream(deviation).boxed().toList(),
        channels);
  }

  /**
   * An image as an example, with a feature for each number.
   *
   * @throws IllegalArgumentException if it is no image that Java reads, or damaged; the message
   *     names the file
   * @throws IOException if it cannot be read
   */
  public <T extends Output<T>> Example<T> toExample(Path image, T output) throws IOException {
    return toExample(ImageFile.read(image).image(), output);
  }

  /** An image as an example, with a feature for each number. */
  public <T extends Output<T>> Example<T> toExample(BufferedImage image, T output) {
    PixelSettings settings = settings();
    return new PixelFeatures(settings.shape(new Size(image.getHeight(), image.getWidth())))
        .example(output, settings.pixels(image, PixelView.WHOLE));
  }

  /**
   * Writes these settings as a {@code preprocessor_config.json}, whole or not at all.
   *
   * @throws IOException if it cannot be written
   */
  public void write(Path file) throws IOException {
    byte[] text = PreprocessorConfig.text(settings()).getBytes(StandardCharsets.UTF_8);
    AtomicFile.writeStream(file, stream -> stream.write(text));
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "ImagePreprocessing");
  }

  @Override
  public String toString() {
    return "ImagePreprocessing(%s)".formatted(settings());
  }
}
