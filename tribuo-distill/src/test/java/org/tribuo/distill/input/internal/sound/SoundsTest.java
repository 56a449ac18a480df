package org.tribuo.distill.input.internal.sound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
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
import org.tribuo.distill.input.internal.Modalities;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.impl.ArrayExample;

class SoundsTest {
  private static final Label LABEL = new Label("any");
  private static final Dimension ANY = Dimension.unknown();
  private static final SoundForm WAVEFORM = new SoundForm.Waveform();
  private static final SoundForm.Frames MELS_FIRST = new SoundForm.Frames(2, 3, true);
  private static final Sounds SOUNDS = new Sounds();

  @Test
  void waveformsArePaddedToTheLongestAndMasked() {
    Map<String, TensorType> inputs = inputs(ANY);
    inputs.put("mask", whole(ElementType.INT64));
    Feeder<Sound> feeder = SOUNDS.feeder(inputs);
    Map<String, Tensor> batch = feeder.batch(List.of(waveform(1, 2, 3), waveform(4)));

    assertThat(feeder.names()).containsExactly("numbers", "mask");
    assertThat(batch.get("numbers").dims()).containsExactly(2, 3);
    assertThat(batch.get("numbers").toFloats()).containsExactly(1, 2, 3, 4, 0, 0);
    assertThat(batch.get("mask").toLongs()).containsExactly(1, 1, 1, 1, 0, 0);
    assertThat(feeder.tellsPadding()).isTrue();
    assertThat(SOUNDS.feeder(inputs(ANY)).tellsPadding()).isFalse();
  }

  @Test
  void waveformsArePaddedToTheLengthThatAModelFixes() {
    Feeder<Sound> feeder = SOUNDS.feeder(inputs(Dimension.of(4)));

    assertThat(feeder.batch(List.of(waveform(1, 2))).get("numbers").toFloats())
        .containsExactly(1, 2, 0, 0);
    assertThat(feeder.tellsPadding()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> feeder.batch(List.of(waveform(1, 2, 3, 4, 5))))
        .withMessage(
            "The batch has a sound of 5 samples, the model's input 'numbers' takes 4; state seconds"
                + " in the preprocessing");
  }

  @Test
  void framesAreMaskedWhereTheyArePadding() {
    Map<String, TensorType> inputs = inputs(Dimension.of(2), ANY);
    inputs.put("mask", whole(ElementType.INT32));
    Sound sound = Sound.of(MELS_FIRST, new Numbers(new float[] {1, 2, 0, 4, 5, 0}, 2));
    Map<String, Tensor> batch = SOUNDS.feeder(inputs).batch(List.of(sound));

    assertThat(batch.get("numbers").dims()).containsExactly(1, 2, 3);
    assertThat(batch.get("mask"))
        .isEqualTo(
            Tensor.of(
                ElementType.INT32,
                new long[] {1, 3},
                ByteBuffer.wrap(new byte[] {1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0})));
  }

  private static Sound waveform(float... samples) {
    return Sound.of(WAVEFORM, new Numbers(samples, samples.length));
  }

  private static Map<String, TensorType> inputs(Dimension... dims) {
    Dimension[] all = new Dimension[dims.length + 1];
    all[0] = Dimension.of("batch");
    System.arraycopy(dims, 0, all, 1, dims.length);
    Map<String, TensorType> inputs = new LinkedHashMap<>();
    inputs.put("numbers", TensorType.of(ElementType.FLOAT, Shape.of(all)));
    return inputs;
  }

  private static TensorType whole(ElementType type) {
    return TensorType.of(type, Shape.of(Dimension.of("batch"), ANY));
  }

  @Test
  void aModelOfSomethingElseIsRefused() {
    Map<String, TensorType> images = inputs(ANY, ANY, ANY);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SOUNDS.feeder(images))
        .withMessage(
            "Sounds are for models with one input FLOAT [batch, samples], [batch, mels, frames] or"
                + " [batch, frames, mels], and maybe a mask INT64 of two dimensions, the model has %s",
            images);
  }

  /** A vector of numbers is a row of a table or a sound. */
  @Test
  void theDatasetSaysWhatAModelOfNumbersReads() {
    assertThat(Modalities.of(inputs(ANY), features("s0000000", "s0000001"))).hasToString("Sounds");
    assertThat(Modalities.of(inputs(ANY), features("waveform"))).hasToString("Sounds");
    assertThat(Modalities.of(inputs(ANY), features("age", "height"))).hasToString("DenseFeatures");
    assertThat(Modalities.of(inputs(ANY, ANY), features("age"))).hasToString("Sounds");
  }

  @Test
  void aModelAloneStatesItsForm() {
    assertThat(alone(ANY)).isEqualTo("SoundReader(waveforms)");
    assertThat(alone(Dimension.of(16), Dimension.of(40)))
        .isEqualTo("SoundReader(16 bins of 40 frames)");
    assertThat(alone(Dimension.of(40), Dimension.of(16)))
        .isEqualTo("SoundReader(40 frames of 16 bins)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> alone(ANY, ANY))
        .withMessageContaining("so only a dataset states how many frames a sound has");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> alone(Dimension.of(30)))
        .withMessageContaining("which may be sounds of one length or rows of a table");
  }

  private static String alone(Dimension... dims) {
    Graph graph = Graph.empty(Ops.OPSET);
    inputs(dims).forEach(graph::addInput);
    Ops op = Ops.on(graph);
    graph.addOutput(op.named("logits", graph.value("numbers")).name());
    Transformer model = Transformer.of(graph.toModel());
    return Modalities.readerOfTrained(model, OptionalInt.empty(), 0).toString();
  }

  @Test
  void aReaderIsSavedAndRead() {
    for (SoundForm form : List.of(WAVEFORM, MELS_FIRST, new SoundForm.Frames(2, 3, false))) {
      SoundReader reader = new SoundReader(form, 100);
      SoundReader read = SavedComponents.read(reader.serialize(), SoundReader.class);

      assertThat(read).hasToString(reader.toString());
      assertThat(read.maxLength()).isEqualTo(100);
    }
  }

  @Test
  void numbersSurviveAsFeatures() {
    for (SoundForm form : List.of(WAVEFORM, MELS_FIRST, new SoundForm.Frames(2, 3, false))) {
      Numbers numbers = new Numbers(new float[] {1, 0, 3, 4, 5, 6}, 2);
      SoundFeatures features = new SoundFeatures(form);
      Sound read = features.read(features.example(LABEL, numbers));

      assertThat(read.numbers().values()).isEqualTo(numbers.values());
      assertThat(read.numbers().heard()).isEqualTo(form.equals(WAVEFORM) ? 6 : 2);
    }
    assertThat(MELS_FIRST.name(4)).isEqualTo("m001t00001");
    assertThat(new SoundForm.Frames(2, 3, false).name(4)).isEqualTo("t00002m000");
  }

  @Test
  void featuresOfSomethingElseAreRefused() {
    refusedFeatures("age", "m000t00000")
        .withMessageStartingWith("The model reads sounds, and the dataset has a feature 'age'");
    refusedFeatures("m000t00000", "m001t00001")
        .withMessageStartingWith(
            "The model reads sounds, and the dataset has 2 features for 2 bins of 2 frames");
    refusedFeatures("mels2x3", "waveform")
        .withMessageContaining("sounds of several forms, ")
        .withMessageContaining("waveforms");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SoundReader(WAVEFORM, 9).check(features("mels2x3")))
        .withMessage(
            "The examples have 2 bins of 3 frames, and the model reads waveforms; state the same"
                + " preprocessing");
  }

  private static ThrowableAssertAlternative<IllegalArgumentException> refusedFeatures(
      String... names) {
    return assertThatIllegalArgumentException()
        .isThrownBy(() -> SoundFeatures.formOf(features(names)));
  }

  private static MutableFeatureMap features(String... names) {
    MutableFeatureMap features = new MutableFeatureMap();
    for (String name : names) {
      features.add(name, 1);
    }
    return features;
  }

  @Test
  void examplesOfSomethingElseAreRefused() {
    SoundFeatures features = new SoundFeatures(MELS_FIRST);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> features.read(example("s0000000", 1)))
        .withMessage(
            "The example has no sound of the form 2 bins of 3 frames, such as 'm000t00000' or"
                + " 'mels2x3'; is it from another preprocessing?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> features.read(example("mels2x3", 1)))
        .withMessageContaining("no longer keeps which");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> features.read(example("m001t00001", Double.NaN)))
        .withMessageContaining("Feature 'm001t00001' is NaN");
    Example<Label> halfKept = example("mels2x3", 1);
    halfKept.setMetadataValue("sound-file", "a.wav");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> features.read(halfKept))
        .withMessageContaining("keeps the name of a sound, but not 'sound-sha256'");
  }

  private static Example<Label> example(String feature, double value) {
    return new ArrayExample<>(LABEL, new String[] {feature}, new double[] {value});
  }
}
