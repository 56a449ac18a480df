package org.tribuo.distill.input.internal.image;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.input.image.ChannelOrder;
import org.tribuo.distill.input.image.Interpolation;

/**
 * How the pixels of an image become the numbers that a model reads, in this order: channels, size,
 * crop, factor, mean and standard deviation. Immutable.
 *
 * @param scaling to another size, if any
 * @param interpolation of the scaling
 * @param crop the size that is cut out of the middle, if any; what is outside is black
 * @param factor of samples from 0 to 255
 * @param mean that is subtracted, one number a channel; none if there is nothing to subtract
 * @param deviation that is divided by, one number a channel; none as the mean
 * @param channels which, in their order
 */
public record PixelSettings(
    Optional<Scaling> scaling,
    Interpolation interpolation,
    Optional<Size> crop,
    double factor,
    List<Double> mean,
    List<Double> deviation,
    ChannelOrder channels) {
  /** The usual factor, which makes 1 of 255. */
  public static final double TO_ONE = 1 / 255.0;

  /** The size that an image becomes. */
  public sealed interface Scaling {
    Size of(Size image);

    /** The same size for each image, whatever becomes of its proportions. */
    record To(Size size) implements Scaling {
      @Override
      public Size of(Size image) {
        return size;
      }
    }

    /**
     * The shorter edge has this length, and proportions stay.
     *
     * @param pixels 1 or more
     */
    record ShortestEdge(int pixels) implements Scaling {
      public ShortestEdge {
        if (pixels < 1) {
          throw new IllegalArgumentException(
              "The shortest edge is %d pixels, expected at least 1".formatted(pixels));
        }
      }

      @Override
      public Size of(Size image) {
        return image.width() <= image.height()
            ? new Size(longer(image.height(), image.width()), pixels)
            : new Size(pixels, longer(image.width(), image.height()));
      }

      private int longer(int edge, int shorter) {
        return (int) Math.min(Integer.MAX_VALUE, (long) pixels * edge / shorter);
      }
    }
  }

  /**
   * @throws IllegalArgumentException if the factor is not above 0, mean or deviation do not have a
   *     number for each channel, or a deviation is not above 0
   */
  public PixelSettings {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (!(factor > 0 && Double.isFinite(factor))) {
      throw new IllegalArgumentException(
          "The factor of samples is %s, expected one above 0, such as 1/255".formatted(factor));
    }
    checkEntries("mean", mean, deviation, channels);
    checkEntries("standard deviation", deviation, mean, channels);
    if (mean.stream().anyMatch(number -> !Double.isFinite(number))) {
      throw new IllegalArgumentException("The mean is %s, expected numbers".formatted(mean));
    }
    if (deviation.stream().anyMatch(number -> !(number > 0 && Double.isFinite(number)))) {
      throw new IllegalArgumentException(
          "The standard deviation is %s, expected numbers above 0".formatted(deviation));
    }
  }

  private static void checkEntries(
      String what, List<Double> numbers, List<Double> others, ChannelOrder channels) {
    if (numbers.size() != channels.channels() && !(numbers.isEmpty() && others.isEmpty())) {
      throw new IllegalArgumentException(
          "The %s is %s, expected %d numbers, one for each channel of %s"
              .formatted(what, numbers, channels.channels(), channels));
    }
  }

  /**
   * What becomes of an image of a size.
   *
   * @throws IllegalArgumentException if it would have too many pixels
   */
  public PixelShape shape(Size image) {
    Size scaled = scaled(image);
    Size cut = crop.orElse(scaled);
    return new PixelShape(channels.channels(), cut.height(), cut.width());
  }

  private Size scaled(Size image) {
    Size scaled = scaling.map(to -> to.of(image)).orElse(image);
    if ((long) scaled.height() * scaled.width() > ImageFile.MOST_PIXELS) {
      throw new IllegalArgumentException(
          "An image of %s pixels (height x width) would be scaled to %s, expected %,d or fewer in all; state height and width, or leave it out"
              .formatted(image, scaled, ImageFile.MOST_PIXELS));
    }
    return scaled;
  }

  /** The numbers of an image, in the order channels, rows, columns. */
  public float[] pixels(BufferedImage image, PixelView view) {
    Bitmap bitmap = Bitmap.of(image, channels);
    if (scaling.isPresent()) {
      bitmap = Resampler.resize(bitmap, scaling.get().of(bitmap.size()), interpolation);
    }
    if (crop.isPresent()) {
      bitmap = cut(bitmap, crop.get());
    }
    return numbers(view.of(bitmap));
  }

  private static Bitmap cut(Bitmap image, Size crop) {
    return image.part(
        crop,
        Math.floorDiv(image.size().height() - crop.height(), 2),
        Math.floorDiv(image.size().width() - crop.width(), 2),
        false);
  }

  /** In float, but for the factor: as Hugging Face's image processors compute. */
  private float[] numbers(Bitmap image) {
    int height = image.size().height();
    int width = image.size().width();
    float[] numbers = new float[image.channels() * height * width];
    int to = 0;
    for (int channel = 0; channel < image.channels(); channel++) {
      float subtracted = mean.isEmpty() ? 0 : mean.get(channel).floatValue();
      float divisor = deviation.isEmpty() ? 1 : deviation.get(channel).floatValue();
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          float scaled = (float) (image.sample(y, x, channel) * factor);
          numbers[to++] = (scaled - subtracted) / divisor;
        }
      }
    }
    return numbers;
  }
}
