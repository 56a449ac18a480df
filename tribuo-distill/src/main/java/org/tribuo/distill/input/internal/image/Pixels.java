package org.tribuo.distill.input.internal.image;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.tribuo.FeatureMap;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.FloatFeeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.Modality;
import org.tribuo.distill.transformer.internal.Transformer;

/** Images of one shape, for models with one input of four dimensions. */
public final class Pixels implements Modality<Picture> {
  @Override
  public Feeder<Picture> feeder(Map<String, TensorType> inputs) {
    return FloatFeeder.of(inputs, ImageInput.of(inputs));
  }

  @Override
  public InputReader<Picture> reader(
      Transformer student, FeatureMap features, OptionalInt maxLength, int padId) {
    PixelReader reader = new PixelReader(PixelFeatures.shapeOf(features));
    reader.check(student, "student", true, List.of());
    return reader;
  }

  @Override
  public InputReader<Picture> readerOfTrained(Transformer model, OptionalInt maxLength, int padId) {
    ImageInput input = ImageInput.of(model.graph().inputs());
    int first = input.channelsLast() ? 3 : 1;
    int rows = input.channelsLast() ? 1 : 2;
    return new PixelReader(
        new PixelShape(size(input, first), size(input, rows), size(input, rows + 1)));
  }

  private static int size(ImageInput input, int axis) {
    if (input.shape().dimension(axis) instanceof Dimension.Fixed fixed) {
      return Math.toIntExact(fixed.size());
    }
    throw new IllegalArgumentException(
        "The input '%s' is %s, so only a dataset states how large images are: train it, or use it as the teacher of a trainer"
            .formatted(input.name(), input.shape()));
  }

  @Override
  public String toString() {
    return "Pixels";
  }
}
