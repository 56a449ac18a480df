package org.tribuo.distill.input.internal.image;

import java.util.Map;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.FloatFeeder;

/**
 * The input of a model that reads images: FLOAT [batch, channels, height, width], or with the
 * channels last if that is where the model fixes 1 or 3.
 *
 * @param name of the input
 * @param shape that the model declares
 * @param channelsLast whether the channels of a pixel lie side by side
 */
record ImageInput(String name, Shape shape, boolean channelsLast)
    implements FloatFeeder.Form<Picture> {
  /**
   * Finds the input.
   *
   * @param inputs of the model
   * @throws IllegalArgumentException if it is none of images
   */
  static ImageInput of(Map<String, TensorType> inputs) {
    if (!FloatFeeder.fits(inputs, 4)) {
      throw new IllegalArgumentException(
          "Images are for models with one input FLOAT [batch, channels, height, width], the model has %s"
              .formatted(inputs));
    }
    Map.Entry<String, TensorType> input = inputs.entrySet().iterator().next();
    Shape shape = input.getValue().shape().orElseThrow();
    boolean last = !areChannels(shape.dimension(1)) && areChannels(shape.dimension(3));
    return new ImageInput(input.getKey(), shape, last);
  }

  private static boolean areChannels(Dimension dimension) {
    return dimension.is(1) || dimension.is(3);
  }

  /**
   * Checks that the model takes images of a shape.
   *
   * @param whose model, for messages
   * @throws IllegalArgumentException if it does not
   */
  void check(PixelShape pixels, String whose) {
    long[] dims = dims(pixels);
    for (int i = 0; i < dims.length; i++) {
      if (shape.dimension(i + 1) instanceof Dimension.Fixed fixed && fixed.size() != dims[i]) {
        throw new IllegalArgumentException(
            "The examples have images of the shape %s (channels, height, width), but the input '%s' of the %s takes %s; state its size, crop and channels in the preprocessing"
                .formatted(pixels, name, whose, shape));
      }
    }
  }

  private long[] dims(PixelShape pixels) {
    return channelsLast
        ? new long[] {pixels.height(), pixels.width(), pixels.channels()}
        : new long[] {pixels.channels(), pixels.height(), pixels.width()};
  }

  @Override
  public long[] dims(Picture value) {
    return dims(value.shape());
  }

  @Override
  public float[] values(Picture value) {
    float[] pixels = value.pixels();
    return channelsLast ? sideBySide(pixels, value.shape().channels()) : pixels;
  }

  private static float[] sideBySide(float[] planes, int channels) {
    float[] values = new float[planes.length];
    int pixels = planes.length / channels;
    for (int channel = 0; channel < channels; channel++) {
      for (int i = 0; i < pixels; i++) {
        values[i * channels + channel] = planes[channel * pixels + i];
      }
    }
    return values;
  }
}
