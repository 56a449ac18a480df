package org.tribuo.distill.input.internal.image;

import com.google.protobuf.Any;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.FloatFeeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.distill.internal.protos.PixelReaderProto;
import org.tribuo.distill.transformer.internal.Transformer;

/** Reads images of one shape, from features or from files. */
public final class PixelReader implements InputReader<Picture> {
  private final PixelFeatures features;

  PixelReader(PixelShape shape) {
    this.features = new PixelFeatures(shape);
  }

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or the numbers are out of range
   */
  public static PixelReader deserializeFromProto(int version, String className, Any message) {
    PixelReaderProto kept =
        SavedComponents.kept(version, className, message, PixelReaderProto.class);
    return new PixelReader(new PixelShape(kept.getChannels(), kept.getHeight(), kept.getWidth()));
  }

  @Override
  public ComponentProto serialize() {
    PixelShape shape = features.shape();
    return SavedComponents.write(
        PixelReader.class,
        PixelReaderProto.newBuilder()
            .setChannels(shape.channels())
            .setHeight(shape.height())
            .setWidth(shape.width())
            .build());
  }

  @Override
  public void check(FeatureMap other) {
    if (!features.areIn(other)) {
      throw new IllegalArgumentException(
          "The images are of the shape %s (channels, height, width), and the model reads %s; state the same preprocessing"
              .formatted(PixelFeatures.shapeOf(other), features.shape()));
    }
  }

  @Override
  public Picture read(Example<?> example) {
    return features.read(example);
  }

  /** Images have no positions. */
  @Override
  public int length(Picture value) {
    return 1;
  }

  @Override
  public void digest(Picture value, MessageDigest into) {
    value.digest(into);
  }

  @Override
  public Feeder<Picture> feeder(Map<String, TensorType> inputs) {
    return FloatFeeder.of(inputs, ImageInput.of(inputs));
  }

  @Override
  public void check(Transformer model, String whose, boolean own, List<Picture> values) {
    PixelShape shape = values.isEmpty() ? features.shape() : values.get(0).shape();
    ImageInput.of(model.graph().inputs()).check(shape, whose);
  }

  @Override
  public List<Picture> reread(
      Dataset<?> examples,
      Path preprocessor,
      Transformer model,
      OptionalInt stated,
      OptionalInt otherwise)
      throws IOException {
    PixelSettings settings = PreprocessorConfig.read(preprocessor);
    List<Picture> pictures = new ArrayList<>(examples.size());
    for (Example<?> example : examples) {
      if (!(features.read(example) instanceof FilePicture picture)) {
        throw new ExampleException(
            pictures.size(),
            "does not keep its file, which a teacher with its own preprocessing reads; make the ImageDataSource lazy");
      }
      if (picture.view().isMoved()) {
        throw new ExampleException(
            pictures.size(),
            "is a moved copy of '%s', of which a teacher with its own preprocessing would see another part; state copies that are mirrored alone"
                .formatted(picture.file()));
      }
      FilePicture prepared = picture.with(settings);
      pictures.add(prepared);
      if (!prepared.shape().equals(pictures.get(0).shape())) {
        throw new ExampleException(
            pictures.size() - 1,
            "has an image of the shape %s (channels, height, width) as '%s' prepares it, and others have %s, expected one; state a size or a crop there"
                .formatted(prepared.shape(), preprocessor, pictures.get(0).shape()));
      }
    }
    return pictures;
  }

  @Override
  public Picture random(SplittableRandom random) {
    float[] pixels = new float[features.shape().elements()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextDouble(-1, 1);
    }
    return Picture.of(features.shape(), pixels);
  }

  @Override
  public ImmutableFeatureMap featureMap(FeatureMap observed) {
    return features.featureMap(observed);
  }

  @Override
  public int maxLength() {
    return 1;
  }

  @Override
  public String toString() {
    return "PixelReader(%s)".formatted(features.shape());
  }
}
