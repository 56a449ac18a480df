package org.tribuo.distill.input.internal.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.Output;
import org.tribuo.RealInfo;
import org.tribuo.VariableInfo;
import org.tribuo.hash.HashedFeatureMap;
import org.tribuo.impl.ArrayExample;

/**
 * Images as Tribuo's features: one feature a number, such as {@code c0y003x017} for channel 0, row
 * 3, column 17, so that any Tribuo trainer can use them; or one feature in all, such as {@code
 * image3x32x32}, where the pixels stay in their file. Immutable and safe for many threads.
 */
public final class PixelFeatures {
  private static final String FILE = "image";
  private static final Pattern PIXEL = Pattern.compile("c(\\d)y(\\d{3,9})x(\\d{3,9})");

  private final PixelShape shape;
  private final String[] names;

  public PixelFeatures(PixelShape shape) {
    this.shape = shape;
    this.names = new String[shape.elements()];
    for (int channel = 0; channel < shape.channels(); channel++) {
      for (int y = 0; y < shape.height(); y++) {
        for (int x = 0; x < shape.width(); x++) {
          names[shape.index(channel, y, x)] = name(channel, y, x);
        }
      }
    }
  }

  private static String name(int channel, int y, int x) {
    return "c" + channel + "y" + threeDigits(y) + "x" + threeDigits(x);
  }

  private static String threeDigits(int number) {
    return "0".repeat(Math.max(0, 3 - Integer.toString(number).length())) + number;
  }

  /**
   * The shape of the images whose features a dataset has.
   *
   * @throws IllegalArgumentException if they are features of something else, or of images of
   *     several shapes
   */
  static PixelShape shapeOf(FeatureMap features) {
    if (features instanceof HashedFeatureMap) {
      throw new IllegalArgumentException(
          "The feature names are hashed, so pixels cannot be found by name; train without a"
              + " HashingTrainer");
    }
    List<PixelShape> shapes =
        features.keySet().stream().sorted().flatMap(name -> shapeOfFile(name).stream()).toList();
    if (shapes.size() > 1) {
      throw new IllegalArgumentException(
          "The examples have images of several shapes, %s (channels, height, width), expected one; state a size or a crop in the preprocessing"
              .formatted(shapes));
    }
    return shapes.isEmpty() ? shapeOfPixels(features) : shapes.get(0);
  }

  private static Optional<PixelShape> shapeOfFile(String name) {
    return name.startsWith(FILE)
        ? PixelShape.parse(name.substring(FILE.length()))
        : Optional.empty();
  }

  private static PixelShape shapeOfPixels(FeatureMap features) {
    int[] most = new int[3];
    for (String name : features.keySet()) {
      Matcher pixel = PIXEL.matcher(name);
      if (!pixel.matches()) {
        throw notImages("a feature '" + name + "'");
      }
      for (int i = 0; i < most.length; i++) {
        most[i] = Math.max(most[i], Integer.parseInt(pixel.group(i + 1)));
      }
    }
    PixelShape shape = new PixelShape(most[0] + 1, most[1] + 1, most[2] + 1);
    if (features.size() != shape.elements()) {
      throw notImages(
          "%d features for the %d pixels of %s"
              .formatted(features.size(), shape.elements(), shape));
    }
    return shape;
  }

  private static IllegalArgumentException notImages(String found) {
    return new IllegalArgumentException(
        "The model reads images, and the dataset has %s, expected one for each pixel, such as '%s', or one for the image, such as '%s3x32x32'; make it with ImageDataSource"
            .formatted(found, name(0, 3, 17), FILE));
  }

  PixelShape shape() {
    return shape;
  }

  /** An example with a feature for each number. */
  public <T extends Output<T>> Example<T> example(T output, float[] pixels) {
    double[] values = new double[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels[i];
    }
    return new ArrayExample<>(output, names, values);
  }

  /** An example of an image that stays in its file. */
  public <T extends Output<T>> Example<T> example(T output, FilePicture picture) {
    Example<T> example = new ArrayExample<>(output, new String[] {FILE + shape}, new double[] {1});
    picture.keepIn(example);
    return example;
  }

  /**
   * The image of an example; numbers that it does not have are 0.
   *
   * @throws IllegalArgumentException if it has none of this shape, or a number is not finite
   */
  Picture read(Example<?> example) {
    float[] pixels = new float[names.length];
    boolean any = false;
    for (Feature feature : example) {
      int index = index(feature.getName());
      if (index >= 0) {
        pixels[index] = finite(feature);
        any = true;
      } else if (feature.getName().equals(FILE + shape)) {
        return FilePicture.of(example, shape).orElseThrow(PixelFeatures::withoutFile);
      }
    }
    if (!any) {
      throw new IllegalArgumentException(
          "The example has no image of the shape %s (channels, height, width), such as '%s' or '%s'; is it from another preprocessing?"
              .formatted(shape, names[0], FILE + shape));
    }
    return Picture.of(shape, pixels);
  }

  /** Where the number of a feature lies; -1 if it is none of this shape. */
  private int index(String name) {
    Matcher pixel = PIXEL.matcher(name);
    if (!pixel.matches()) {
      return -1;
    }
    int channel = Integer.parseInt(pixel.group(1));
    int y = Integer.parseInt(pixel.group(2));
    int x = Integer.parseInt(pixel.group(3));
    return channel < shape.channels() && y < shape.height() && x < shape.width()
        ? shape.index(channel, y, x)
        : -1;
  }

  private static IllegalArgumentException withoutFile() {
    return new IllegalArgumentException(
        "The example is of an image that stayed in its file, but no longer keeps which: its metadata was left out when it was copied");
  }

  private static float finite(Feature feature) {
    float value = (float) feature.getValue();
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(
          "Feature '%s' is %s, expected a finite number in the range of a float"
              .formatted(feature.getName(), feature.getValue()));
    }
    return value;
  }

  /** Whether a dataset has images of this shape, in one of both forms. */
  boolean areIn(FeatureMap features) {
    return shapeOf(features).equals(shape);
  }

  /**
   * The features that occurred, or where none of images did, those of the pixels.
   *
   * @param observed what is known of them
   */
  ImmutableFeatureMap featureMap(FeatureMap observed) {
    if (observed.get(FILE + shape) != null) {
      return new ImmutableFeatureMap(List.of(observed.get(FILE + shape)));
    }
    List<VariableInfo> infos = new ArrayList<>();
    for (String name : names) {
      VariableInfo known = observed.get(name);
      infos.add(known == null ? new RealInfo(name) : known);
    }
    return new ImmutableFeatureMap(infos);
  }
}
