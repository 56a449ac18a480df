package org.tribuo.distill.input.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.tribuo.Example;
import org.tribuo.MutableFeatureMap;
import org.tribuo.classification.Label;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.impl.ArrayExample;

class PixelsTest {
  private static final Label LABEL = new Label("any");
  private static final PixelShape SHAPE = new PixelShape(3, 1, 2);
  private static final Picture PICTURE = Picture.of(SHAPE, new float[] {1, 2, 3, 4, 5, 6});
  private static final Pixels PIXELS = new Pixels();

  @Test
  void channelsComeFirstOrLastAsTheModelHasThem() {
    Tensor first = batch(Dimension.of(3), Dimension.of(1), Dimension.of(2));
    Tensor last = batch(Dimension.of(1), Dimension.of(2), Dimension.of(3));
    Tensor unknown = batch(Dimension.unknown(), Dimension.unknown(), Dimension.unknown());
    Tensor notFixed = batch(Dimension.unknown(), Dimension.unknown(), Dimension.of(3));

    assertThat(first.dims()).containsExactly(2, 3, 1, 2);
    assertThat(first.toFloats()).containsExactly(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6);
    assertThat(unknown).isEqualTo(first);
    assertThat(notFixed.dims()).containsExactly(2, 1, 2, 3);
    assertThat(notFixed.toFloats()).containsExactly(1, 3, 5, 2, 4, 6, 1, 3, 5, 2, 4, 6);
    assertThat(last.dims()).containsExactly(2, 3, 1, 2);
  }

  private static Tensor batch(Dimension... dims) {
    Feeder<Picture> feeder = PIXELS.feeder(inputs(ElementType.FLOAT, dims));
    return feeder.batch(List.of(PICTURE, PICTURE)).get("pixels");
  }

  private static Map<String, TensorType> inputs(ElementType type, Dimension... dims) {
    return Map.of(
        "pixels", TensorType.of(type, Shape.of(Dimension.of("batch"), dims[0], dims[1], dims[2])));
  }

  @Test
  void aModelOfSomethingElseIsRefused() {
    Map<String, TensorType> integers =
        inputs(ElementType.INT64, Dimension.of(3), Dimension.of(1), Dimension.of(2));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> PIXELS.feeder(integers))
        .withMessage(
            "Images are for models with one input FLOAT [batch, channels, height, width], the model"
                + " has %s",
            integers);
  }

  @Test
  void aModelAloneStatesTheSizeOfItsImages() {
    Transformer fixed = model(Dimension.of(4));
    Transformer any = model(Dimension.unknown());

    assertThat(PIXELS.readerOfTrained(fixed, OptionalInt.empty(), 0))
        .hasToString("PixelReader(3x4x2)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PIXELS.readerOfTrained(any, OptionalInt.empty(), 0))
        .withMessageContaining("so only a dataset states how large images are");
  }

  private static Transformer model(Dimension height) {
    Graph graph = Graph.empty(Ops.OPSET);
    inputs(ElementType.FLOAT, Dimension.of(3), height, Dimension.of(2)).forEach(graph::addInput);
    Ops op = Ops.on(graph);
    graph.addOutput(op.named("logits", graph.value("pixels")).name());
    return Transformer.of(graph.toModel());
  }

  @Test
  void aReaderIsSavedAndRead() {
    PixelReader reader = new PixelReader(SHAPE);

    assertThat(SavedComponents.read(reader.serialize(), PixelReader.class))
        .hasToString("PixelReader(3x1x2)");
  }

  @Test
  void numbersSurviveAsFeatures() {
    PixelFeatures features = new PixelFeatures(new PixelShape(1, 2, 1001));
    float[] pixels = new float[2002];
    pixels[2001] = 0.25f;
    Example<Label> example = features.example(LABEL, pixels);

    assertThat(features.read(example).pixels()).isEqualTo(pixels);
    assertThat(example.lookup("c0y001x1000").getValue()).isEqualTo(0.25);
    assertThat(features.read(example("c0y001x1000", 0.25)).pixels()).isEqualTo(pixels);
  }

  @Test
  void featuresOfSomethingElseAreRefused() {
    refusedFeatures("age", "c0y000x000")
        .withMessageStartingWith("The model reads images, and the dataset has a feature 'age'");
    refusedFeatures("c0y000x000", "c0y001x001")
        .withMessageStartingWith(
            "The model reads images, and the dataset has 2 features for the 4 pixels of 1x2x2");
    refusedFeatures("image3x2x2", "image3x4x4")
        .withMessageContaining("images of several shapes, [3x2x2, 3x4x4]");
  }

  private static ThrowableAssertAlternative<IllegalArgumentException> refusedFeatures(
      String... names) {
    MutableFeatureMap features = new MutableFeatureMap();
    for (String name : names) {
      features.add(name, 1);
    }
    return assertThatIllegalArgumentException().isThrownBy(() -> PixelFeatures.shapeOf(features));
  }

  @Test
  void examplesOfSomethingElseAreRefused() {
    PixelFeatures features = new PixelFeatures(SHAPE);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> features.read(example("c3y000x000", 1)))
        .withMessage(
            "The example has no image of the shape 3x1x2 (channels, height, width), such as"
                + " 'c0y000x000' or 'image3x1x2'; is it from another preprocessing?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> features.read(example("image3x1x2", 1)))
        .withMessageContaining("no longer keeps which");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> features.read(example("c0y000x001", Double.NaN)))
        .withMessageContaining("Feature 'c0y000x001' is NaN");
    Example<Label> halfKept = example("image3x1x2", 1);
    halfKept.setMetadataValue("image-file", "a.png");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> features.read(halfKept))
        .withMessageContaining("keeps the name of an image, but not 'image-sha256'");
  }

  private static Example<Label> example(String feature, double value) {
    return new ArrayExample<>(LABEL, new String[] {feature}, new double[] {value});
  }
}
