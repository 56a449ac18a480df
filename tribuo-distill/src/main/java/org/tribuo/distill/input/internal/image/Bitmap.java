package org.tribuo.distill.input.internal.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import org.tribuo.distill.input.image.ChannelOrder;

/**
 * Pixels of 8 bits a channel, from the top left, the channels of a pixel side by side. Immutable.
 */
final class Bitmap {
  private static final int BITS = 8;
  private static final int OTHER = -1;

  private final int channels;
  private final Size size;
  private final byte[] samples;

  /**
   * @param samples is not copied
   */
  Bitmap(int channels, Size size, byte[] samples) {
    this.channels = channels;
    this.size = size;
    this.samples = samples;
  }

  /**
   * The pixels of an image. Samples are taken as they are stored: no colour profile is applied,
   * transparency is left out, of 16 bits the higher 8 count. That is how Pillow converts to RGB,
   * from printing colours too.
   */
  static Bitmap of(BufferedImage image, ChannelOrder order) {
    Size size = new Size(image.getHeight(), image.getWidth());
    byte[] samples = new byte[Math.multiplyExact(size.height() * size.width(), order.channels())];
    Rows rows = rows(image);
    int[] rgb = new int[3 * size.width()];
    for (int y = 0; y < size.height(); y++) {
      rows.read(y, rgb);
      write(rgb, order, samples, y * size.width() * order.channels());
    }
    return new Bitmap(order.channels(), size, samples);
  }

  /** Reads a row as red, green and blue of 8 bits. */
  private interface Rows {
    void read(int y, int[] rgb);
  }

  /**
   * Reads grey, red, green and blue, and printing colours as they are stored: Java takes grey and
   * printing colours for linear light, and would brighten them on their way to colours.
   */
  private static Rows rows(BufferedImage image) {
    ColorModel model = image.getColorModel();
    boolean plain =
        model instanceof ComponentColorModel
            && !model.isAlphaPremultiplied()
            && model.getComponentSize(0) >= BITS
            && model.getComponentSize(0) <= 2 * BITS;
    return switch (plain ? model.getColorSpace().getType() : OTHER) {
      case ColorSpace.TYPE_GRAY, ColorSpace.TYPE_RGB -> new PlainRows(image);
      case ColorSpace.TYPE_CMYK -> new PrintingRows(image);
      default -> new ConvertedRows(image);
    };
  }

  /** The samples as they are stored. */
  private static final class Samples {
    private final Raster raster;
    private final int shift;
    private final int[] row;

    Samples(BufferedImage image) {
      raster = image.getRaster();
      shift = image.getColorModel().getComponentSize(0) - BITS;
      row = new int[raster.getNumBands() * raster.getWidth()];
    }

    /** Goes to a row, of a length in pixels. */
    int read(int y) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
      return raster.getWidth();
    }

    /** A sample of the row, 0 to 255. */
    int at(int x, int band) {
      return row[raster.getNumBands() * x + band] >> shift;
    }
  }

  private static final class PlainRows implements Rows {
    private final Samples samples;
    private final boolean grey;

    PlainRows(BufferedImage image) {
      samples = new Samples(image);
      grey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    }

    @Override
    public void read(int y, int[] rgb) {
      int width = samples.read(y);
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < 3; channel++) {
          rgb[3 * x + channel] = samples.at(x, grey ? 0 : channel);
        }
      }
    }
  }

  /** Cyan, magenta, yellow and black, each of which takes away from white. */
  private static final class PrintingRows implements Rows {
    private static final int WHITE = 255;
    private static final int BLACK = 3;

    private final Samples samples;

    PrintingRows(BufferedImage image) {
      samples = new Samples(image);
    }

    @Override
    public void read(int y, int[] rgb) {
      int width = samples.read(y);
      for (int x = 0; x < width; x++) {
        int light = WHITE - samples.at(x, BLACK);
        for (int channel = 0; channel < 3; channel++) {
          rgb[3 * x + channel] = light - part(light, samples.at(x, channel));
        }
      }
    }

    /** A number times another as a part of 255, rounded as Pillow does. */
    private static int part(int number, int of) {
      int product = number * of + WHITE / 2 + 1;
      return (product + (product >> BITS)) >> BITS;
    }
  }

  /** Palettes, packed pixels and the like. */
  private static final class ConvertedRows implements Rows {
    private final BufferedImage image;
    private final int[] row;

    ConvertedRows(BufferedImage image) {
      this.image = image;
      this.row = new int[image.getWidth()];
    }

    @Override
    public void read(int y, int[] rgb) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      for (int x = 0; x < row.length; x++) {
        rgb[3 * x] = row[x] >> 16 & 0xff;
        rgb[3 * x + 1] = row[x] >> 8 & 0xff;
        rgb[3 * x + 2] = row[x] & 0xff;
      }
    }
  }

  private static void write(int[] rgb, ChannelOrder order, byte[] samples, int from) {
    int to = from;
    for (int i = 0; i < rgb.length; i += 3) {
      switch (order) {
        case RGB -> {
          samples[to++] = (byte) rgb[i];
          samples[to++] = (byte) rgb[i + 1];
          samples[to++] = (byte) rgb[i + 2];
        }
        case BGR -> {
          samples[to++] = (byte) rgb[i + 2];
          samples[to++] = (byte) rgb[i + 1];
          samples[to++] = (byte) rgb[i];
        }
        case GREY ->
            samples[to++] =
                (byte)
                    ((19_595 * rgb[i] + 38_470 * rgb[i + 1] + 7_471 * rgb[i + 2] + 0x8000) >> 16);
      }
    }
  }

  int channels() {
    return channels;
  }

  Size size() {
    return size;
  }

  /** All samples, row by row; not to be changed. */
  byte[] samples() {
    return samples;
  }

  /** A sample, 0 to 255. */
  int sample(int y, int x, int channel) {
    return samples[(y * size.width() + x) * channels + channel] & 0xff;
  }

  /**
   * A part of this image, black where it is outside.
   *
   * @param top the row that becomes the first one
   * @param left the column that becomes the first one
   * @param flipped whether columns are then in reverse order
   */
  Bitmap part(Size part, int top, int left, boolean flipped) {
    byte[] cut = new byte[Math.multiplyExact(part.height() * part.width(), channels)];
    int to = 0;
    for (int y = 0; y < part.height(); y++) {
      for (int x = 0; x < part.width(); x++) {
        int fromY = y + top;
        int fromX = (flipped ? part.width() - 1 - x : x) + left;
        boolean inside = fromY >= 0 && fromY < size.height() && fromX >= 0 && fromX < size.width();
        for (int channel = 0; channel < channels; channel++) {
          cut[to++] = inside ? (byte) sample(fromY, fromX, channel) : 0;
        }
      }
    }
    return new Bitmap(channels, part, cut);
  }
}
