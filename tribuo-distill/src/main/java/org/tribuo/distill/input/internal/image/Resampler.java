package org.tribuo.distill.input.internal.image;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.tribuo.distill.input.image.Interpolation;

/**
 * Images of another size, bit for bit as Pillow makes them of 8 bits a channel: columns first, then
 * rows, each in fixed point with 22 bits behind the point, and rounded to 8 bits in between. Where
 * an image becomes smaller the filter is as many times wider, so that each pixel counts.
 *
 * <p>Source: {@code src/libImaging/Resample.c} and {@code Geometry.c} of Pillow.
 */
final class Resampler {
  private static final int PRECISION = 32 - 8 - 2;
  private static final int HALF = 1 << (PRECISION - 1);
  private static final double CUBIC = -0.5;

  private Resampler() {}

  static Bitmap resize(Bitmap image, Size size, Interpolation interpolation) {
    if (image.size().equals(size)) {
      return image;
    }
    return switch (interpolation) {
      case NEAREST -> nearest(image, size);
      case BILINEAR -> filtered(image, size, 1, Resampler::triangle);
      case BICUBIC -> filtered(image, size, 2, Resampler::cubic);
    };
  }

  private static double triangle(double x) {
    return Math.max(0, 1 - Math.abs(x));
  }

  private static double cubic(double signed) {
    double x = Math.abs(signed);
    if (x < 1) {
      return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * CUBIC : 0;
  }

  private static Bitmap nearest(Bitmap image, Size size) {
    int[] rows = nearest(image.size().height(), size.height());
    int[] columns = nearest(image.size().width(), size.width());
    int channels = image.channels();
    byte[] samples = new byte[Math.multiplyExact(size.height() * size.width(), channels)];
    int to = 0;
    for (int row : rows) {
      for (int column : columns) {
        for (int channel = 0; channel < channels; channel++) {
          samples[to++] = (byte) image.sample(row, column, channel);
        }
      }
    }
    return new Bitmap(channels, size, samples);
  }

  /** Places are summed up, not multiplied: the same rounding as Pillow's. */
  private static int[] nearest(int from, int to) {
    int[] places = new int[to];
    double step = (double) from / to;
    double place = step * 0.5;
    for (int i = 0; i < to; i++) {
      places[i] = Math.min((int) place, from - 1);
      place += step;
    }
    return places;
  }

  private static Bitmap filtered(
      Bitmap image, Size size, double support, DoubleUnaryOperator filter) {
    Bitmap wide = image;
    if (image.size().width() != size.width()) {
      Weights weights = Weights.of(image.size().width(), size.width(), support, filter);
      wide = weights.columns(image);
    }
    return wide.size().height() == size.height()
        ? wide
        : Weights.of(wide.size().height(), size.height(), support, filter).rows(wide);
  }

  /**
   * How much each pixel of a line counts in each pixel of another.
   *
   * @param first the first pixel that counts
   * @param factors of it and those behind it, in fixed point
   */
  private record Weights(int[] first, int[][] factors) {
    static Weights of(int from, int to, double support, DoubleUnaryOperator filter) {
      double scale = (double) from / to;
      double wider = Math.max(scale, 1);
      double reach = support * wider;
      int[] first = new int[to];
      int[][] factors = new int[to][];
      for (int i = 0; i < to; i++) {
        double center = (i + 0.5) * scale;
        first[i] = Math.max(0, (int) (center - reach + 0.5));
        int end = Math.min(from, (int) (center + reach + 0.5));
        double[] exact = new double[end - first[i]];
        double sum = 0;
        for (int j = 0; j < exact.length; j++) {
          exact[j] = filter.applyAsDouble((j + first[i] - center + 0.5) * (1 / wider));
          sum += exact[j];
        }
        factors[i] = new int[exact.length];
        for (int j = 0; j < exact.length; j++) {
          double part = sum == 0 ? exact[j] : exact[j] / sum;
          factors[i][j] = (int) ((part < 0 ? -0.5 : 0.5) + part * (1 << PRECISION));
        }
      }
      return new Weights(first, factors);
    }

    Bitmap columns(Bitmap image) {
      Size size = new Size(image.size().height(), first.length);
      int channels = image.channels();
      byte[] from = image.samples();
      byte[] samples = new byte[Math.multiplyExact(size.height() * size.width(), channels)];
      int to = 0;
      for (int y = 0; y < size.height(); y++) {
        int row = y * image.size().width() * channels;
        for (int x = 0; x < size.width(); x++) {
          int[] ofPixel = factors[x];
          for (int channel = 0; channel < channels; channel++) {
            int at = row + first[x] * channels + channel;
            int sum = HALF;
            for (int factor : ofPixel) {
              sum += (from[at] & 0xff) * factor;
              at += channels;
            }
            samples[to++] = rounded(sum);
          }
        }
      }
      return new Bitmap(channels, size, samples);
    }

    Bitmap rows(Bitmap image) {
      Size size = new Size(first.length, image.size().width());
      int row = image.size().width() * image.channels();
      byte[] from = image.samples();
      byte[] samples = new byte[Math.multiplyExact(size.height(), row)];
      int[] sums = new int[row];
      for (int y = 0; y < size.height(); y++) {
        Arrays.fill(sums, HALF);
        for (int j = 0; j < factors[y].length; j++) {
          int factor = factors[y][j];
          int at = (first[y] + j) * row;
          for (int i = 0; i < row; i++) {
            sums[i] += (from[at + i] & 0xff) * factor;
          }
        }
        for (int i = 0; i < row; i++) {
          samples[y * row + i] = rounded(sums[i]);
        }
      }
      return new Bitmap(image.channels(), size, samples);
    }

    private static byte rounded(int sum) {
      return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
    }
  }
}
