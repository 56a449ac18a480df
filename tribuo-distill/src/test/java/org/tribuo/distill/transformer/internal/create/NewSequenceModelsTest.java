package org.tribuo.distill.transformer.internal.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.transformer.BlockNormalization;
import org.tribuo.distill.transformer.PositionEncoding;
import org.tribuo.distill.transformer.internal.DropoutPlaces;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.LayerStacks;
import org.tribuo.distill.transformer.internal.layer.Weight;
import org.tribuo.distill.transformer.internal.layer.Weights;

/** New Transformers in each form compute what the formulas of their papers say. */
class NewSequenceModelsTest {
  private static final int TOKENS = 11;
  private static final int WIDTH = 12;
  private static final int HEADS = 3;
  private static final int POSITIONS = 8;
  private static final long[] SOURCE = {3, 1, 4, 1, 5};
  private static final long[] TARGET = {2, 7, 1, 8, 2, 9};

  static List<SequenceForm> forms() {
    List<SequenceForm> forms = new ArrayList<>();
    for (BlockNormalization normalization : BlockNormalization.values()) {
      for (PositionEncoding positions : PositionEncoding.values()) {
        forms.add(new SequenceForm(normalization, positions, true));
        forms.add(new SequenceForm(normalization, positions, false));
      }
    }
    return forms;
  }

  private static OnnxModel decoder(NewDecoder.Kind kind, SequenceForm form) {
    return drawn(new NewDecoder(kind, TOKENS, POSITIONS, 2, WIDTH, HEADS, 20, form).make(1));
  }

  private static OnnxModel encoderDecoder(SequenceForm form) {
    return drawn(new NewEncoderDecoder(TOKENS, POSITIONS, 2, 2, WIDTH, HEADS, 20, form).make(1));
  }

  private static List<String> trained(OnnxModel model) {
    return Weights.trainable(Transformer.of(model).normalizedForTraining()).stream()
        .map(Weight::initializer)
        .toList();
  }

  /** With weights of a size at which each of them matters, biases and scales too. */
  private static OnnxModel drawn(OnnxModel model) {
    SplittableRandom random = new SplittableRandom(5);
    Map<String, Tensor> drawn = new LinkedHashMap<>();
    for (String name : trained(model)) {
      long[] dims = model.initializers().get(name).dims();
      float[] numbers = new float[(int) LongStream.of(dims).reduce(1, (a, b) -> a * b)];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (float) random.nextDouble(-0.8, 0.8);
      }
      drawn.put(name, Tensor.of(numbers, dims));
    }
    return model.withInitializers(drawn);
  }

  private static float[] logits(OnnxModel model, long... ids) {
    boolean ofItems = Transformer.of(model).graph().inputs().containsKey("item_ids");
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put(ofItems ? "item_ids" : "input_ids", Tensor.of(ids, 1, ids.length));
    if (!ofItems) {
      inputs.put("attention_mask", ones(ids.length));
    }
    return OnnxRun.of(model, inputs, "logits");
  }

  private static float[] logits(OnnxModel model, long[] source, long... target) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(source, 1, source.length));
    inputs.put("attention_mask", ones(source.length));
    inputs.put("decoder_input_ids", Tensor.of(target, 1, target.length));
    return OnnxRun.of(model, inputs, "logits");
  }

  private static Tensor ones(int length) {
    long[] ones = new long[length];
    Arrays.fill(ones, 1);
    return Tensor.of(ones, 1, length);
  }

  private static float[] floats(double[][] rows) {
    float[] all = new float[rows.length * rows[0].length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) rows[i / rows[0].length][i % rows[0].length];
    }
    return all;
  }

  private static PlainTransformer plain(OnnxModel model, SequenceForm form, double epsilon) {
    return new PlainTransformer(model.initializers(), form, WIDTH, HEADS, epsilon);
  }

  @ParameterizedTest
  @MethodSource("forms")
  void aLanguageModelIsItsFormula(SequenceForm form) {
    OnnxModel model = decoder(NewDecoder.Kind.TOKENS, form);
    float[] expected = floats(plain(model, form, 1e-5).ofTokens(2, TARGET));

    assertThat(logits(model, TARGET)).hasSize(6 * TOKENS).containsExactly(expected, within(2e-4f));
    assertThat(Transformer.of(model).layers().count()).isEqualTo(2);
    assertThat(trained(model)).hasSize(2 * 16 + rest(form, 1));
    assertThat(DropoutPlaces.in(Transformer.of(model).normalizedForTraining())).hasSize(5);
  }

  /** Tables of embeddings and of positions, the output's matrix, and the last normalisations. */
  private static int rest(SequenceForm form, int stacks) {
    return 1
        + (form.positions() == PositionEncoding.LEARNED ? stacks : 0)
        + (form.tiedEmbeddings() ? 0 : 1)
        + (form.normalization() == BlockNormalization.BEFORE ? 2 * stacks : 0);
  }

  @ParameterizedTest
  @MethodSource("forms")
  void aModelOfItemsIsItsFormula(SequenceForm form) {
    OnnxModel model = decoder(NewDecoder.Kind.ITEMS, form);
    float[] expected = floats(plain(model, form, 1e-8).ofItems(2, TARGET));

    assertThat(logits(model, TARGET)).hasSize(6 * TOKENS).containsExactly(expected, within(2e-4f));
    assertThat(Transformer.of(model).layers().count()).isEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("forms")
  void anEncoderDecoderIsItsFormula(SequenceForm form) {
    OnnxModel model = encoderDecoder(form);
    float[] expected = floats(plain(model, form, 1e-5).ofTarget(2, 2, SOURCE, TARGET));

    assertThat(logits(model, SOURCE, TARGET))
        .hasSize(6 * TOKENS)
        .containsExactly(expected, within(2e-4f));
    LayerStacks stacks = Transformer.of(model).stacks();
    assertThat(stacks.encoder().orElseThrow().count()).isEqualTo(2);
    assertThat(stacks.decoder().orElseThrow().count()).isEqualTo(2);
    assertThat(trained(model)).hasSize(2 * 16 + 2 * 26 + rest(form, 2));
  }

  /** What a token says does not depend on those behind it, and does on those before. */
  @ParameterizedTest
  @MethodSource("forms")
  void noPositionReadsALaterOne(SequenceForm form) {
    OnnxModel decoder = decoder(NewDecoder.Kind.TOKENS, form);
    OnnxModel both = encoderDecoder(form);
    long[] others = {2, 7, 1, 3, 3, 3};
    long[] earlier = {9, 4, 1, 8, 2, 9};

    float[] ofText = Arrays.copyOf(logits(decoder, TARGET), 3 * TOKENS);
    float[] ofTarget = Arrays.copyOf(logits(both, SOURCE, TARGET), 3 * TOKENS);
    assertThat(Arrays.copyOf(logits(decoder, others), 3 * TOKENS))
        .containsExactly(ofText, within(1e-5f));
    assertThat(Arrays.copyOf(logits(both, SOURCE, others), 3 * TOKENS))
        .containsExactly(ofTarget, within(1e-5f));
    assertThat(ofThird(logits(decoder, earlier), ofText)).isGreaterThan(1e-3f);
    assertThat(ofThird(logits(both, SOURCE, earlier), ofTarget)).isGreaterThan(1e-3f);
  }

  /** How far the logits of the third position are apart. */
  private static float ofThird(float[] a, float[] b) {
    float most = 0;
    for (int i = 2 * TOKENS; i < 3 * TOKENS; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }

  /** Padding of a source is not read, on whichever side it is. */
  @ParameterizedTest
  @EnumSource(PositionEncoding.class)
  void paddingOfASourceIsNotRead(PositionEncoding positions) {
    OnnxModel model = encoderDecoder(new SequenceForm(BlockNormalization.AFTER, positions, true));
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(new long[] {3, 1, 4, 1, 5, 9, 9}, 1, 7));
    inputs.put("attention_mask", Tensor.of(new long[] {1, 1, 1, 1, 1, 0, 0}, 1, 7));
    inputs.put("decoder_input_ids", Tensor.of(TARGET, 1, TARGET.length));

    assertThat(OnnxRun.of(model, inputs, "logits"))
        .containsExactly(logits(model, SOURCE, TARGET), within(1e-5f));
  }

  /** What is computed of positions reads any number of them. */
  @Test
  void computedPositionsHaveNoEnd() {
    long[] text = LongStream.range(0, 5 * POSITIONS).map(i -> i % TOKENS).toArray();
    for (PositionEncoding positions :
        List.of(PositionEncoding.SINUSOIDAL, PositionEncoding.ROTARY)) {
      SequenceForm form = new SequenceForm(BlockNormalization.BEFORE, positions, true);
      OnnxModel model = decoder(NewDecoder.Kind.TOKENS, form);
      float[] expected = floats(plain(model, form, 1e-5).ofTokens(2, text));

      assertThat(logits(model, text)).containsExactly(expected, within(1e-3f));
      assertThat(Transformer.of(model).embeddings().maxPositions()).isEmpty();
    }
  }

  @Test
  void positionsThatDoNotFitAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> form(PositionEncoding.ROTARY).check(12, 4))
        .withMessage(
            "The width is 12, of which each of the 4 heads has 3, but rotary positions turn pairs of numbers; expected an even number for each head, or other positions");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> form(PositionEncoding.SINUSOIDAL).check(15, 3))
        .withMessage(
            "The width is 15, but sinusoidal positions are pairs of a sine and a cosine; expected an even number, or other positions");
    form(PositionEncoding.SINUSOIDAL).check(12, 4);
    form(PositionEncoding.LEARNED).check(15, 3);
  }

  private static SequenceForm form(PositionEncoding positions) {
    return new SequenceForm(BlockNormalization.BEFORE, positions, true);
  }
}
