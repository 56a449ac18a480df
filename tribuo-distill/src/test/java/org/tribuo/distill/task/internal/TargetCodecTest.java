package org.tribuo.distill.task.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Example;
import org.tribuo.MutableOutputInfo;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.impl.ArrayExample;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.test.MockOutputFactory;

class TargetCodecTest {
  private static final LabelFactory LABELS = new LabelFactory();
  private static final MultiLabelFactory MULTI_LABELS = new MultiLabelFactory();
  private static final RegressionFactory REGRESSORS = new RegressionFactory();

  // ---- the label order

  @Test
  void aFreshHeadHasItsColumnsSortedByNameWhateverTribuosIdsAre() {
    // Tribuo numbers these in the order of a hash map.
    OutputDomain<Label> known = info(LABELS, "lost_card", "cash", "exchange", "activate");
    assertThat(known.info().getID(new Label("activate"))).isNotZero();
    assertThat(codec(known).columns().names())
        .containsExactly("activate", "cash", "exchange", "lost_card");
    assertThat(codec(info(MULTI_LABELS, "joy,anger", "fear")).columns().names())
        .containsExactly("anger", "fear", "joy");
    assertThat(codec(info(REGRESSORS, "width=1,height=2")).columns().names())
        .containsExactly("height", "width");
  }

  @Test
  void aStatedOrderIsKept() {
    TargetCodec<Label> codec = codec(info(LABELS, "a", "b", "c"), "c", "a", "b");
    assertThat(codec.columns().names()).containsExactly("c", "a", "b");
    assertThat(codec.width()).isEqualTo(3);
    assertThat(codec).hasToString("LabelCodec[c, a, b]");
    assertThat(all(codec.encode(examples(LABELS, "a", "b", "c")), "labels"))
        .isEqualTo(Tensor.vector(1, 2, 0));
    assertThat(codec.decode(new float[] {9, 0, 0}, 1, example(new Label("a"))).getOutput())
        .isEqualTo(new Label("c"));
  }

  @Test
  void anOrderWithOtherNamesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec(info(LABELS, "a", "b", "c"), "A", "c", "b", "d"))
        .withMessage(
            "The label order of 4 names does not match the 3 of the dataset:"
                + " missing [a], unexpected [A, d]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec(info(REGRESSORS, "x=1,y=2"), "x"))
        .withMessage(
            "The label order of 1 names does not match the 2 of the dataset:"
                + " missing [y], unexpected []");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec(info(LABELS, "a", "b"), "a", "b", "a"))
        .withMessage(
            "The label order names 'a' twice, at columns 0 and 2; each column needs its own name");
  }

  @Test
  void datasetsThatTeachNothingAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec(info(LABELS)))
        .withMessage(
            "The dataset has no labelled example, so nothing is known to be predicted;"
                + " label at least some of the examples");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec(info(LABELS, "only", "only")))
        .withMessage("The dataset has the single label [only], expected at least two");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tasks.of(new MockOutputFactory()))
        .withMessageEndingWith(
            "cannot be learnt, expected one of [Label, MultiLabel, Regressor, TagSequence, Span, NextItem, GeneratedTokens]");
  }

  @Test
  void unlabelledExamplesThatTribuoCountedAreNoLabel() {
    assertThat(codec(info(LABELS, "a", Label.UNKNOWN, "b")).columns().names())
        .containsExactly("a", "b");
    assertThat(codec(info(MULTI_LABELS, "a", Label.UNKNOWN)).columns().names())
        .containsExactly("a");
  }

  // ---- targets

  @Test
  void aMultiClassTargetIsTheColumnOfItsLabel() {
    TargetCodec<Label> codec = codec(info(LABELS, "a", "b", "c"));
    Targets targets =
        codec.encode(
            List.of(
                example(new Label("c")),
                example(LabelFactory.UNKNOWN_LABEL),
                example(new Label(Label.UNKNOWN)),
                example(new Label("a", 0.3))));
    assertThat(all(targets, "labels")).isEqualTo(Tensor.vector(2, -100, -100, 0));
    assertThat(all(targets, "labelled")).isEqualTo(Tensor.of(new float[] {1, 0, 0, 1}, 4));
  }

  @Test
  void aMultiLabelTargetIsOneWhereTheLabelIs() {
    TargetCodec<MultiLabel> codec = codec(info(MULTI_LABELS, "a,b,c"), "b", "c", "a");
    Targets targets =
        codec.encode(
            List.of(
                example(MULTI_LABELS.generateOutput("a,c")),
                example(MULTI_LABELS.getUnknownOutput()),
                example(new MultiLabel(Set.of()))));
    assertThat(all(targets, "labels"))
        .isEqualTo(Tensor.of(new float[] {0, 1, 1, 0, 0, 0, 0, 0, 0}, 3, 3));
    assertThat(all(targets, "labelled")).isEqualTo(Tensor.of(new float[] {1, 0, 1}, 3));
    assertThat(codec).hasToString("MultiLabelCodec[b, c, a]");
  }

  @Test
  void aRegressionTargetIsItsValues() {
    TargetCodec<Regressor> codec = codec(info(REGRESSORS, "height=1,width=2"), "width", "height");
    Targets targets =
        codec.encode(
            List.of(
                example(REGRESSORS.generateOutput("height=1.5,width=-2")),
                example(REGRESSORS.getUnknownOutput())));
    assertThat(all(targets, "labels")).isEqualTo(Tensor.of(new float[] {-2, 1.5f, 0, 0}, 2, 2));
    assertThat(all(targets, "labelled")).isEqualTo(Tensor.of(new float[] {1, 0}, 2));
    assertThat(codec).hasToString("RegressorCodec[width, height]");
  }

  @Test
  void aLabelWithoutColumnIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec(info(LABELS, "a", "b")).encode(examples(LABELS, "a", "z")))
        .withMessage("Example 1 has the label 'z', expected one of [a, b]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec(info(MULTI_LABELS, "a,b")).encode(examples(MULTI_LABELS, "a,z")))
        .withMessage("Example 0 has the label 'z', expected one of [a, b]");
  }

  @Test
  void aRegressorThatDoesNotFitIsRefused() {
    TargetCodec<Regressor> codec = codec(info(REGRESSORS, "x=1,y=2"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.encode(examples(REGRESSORS, "x=1,y=1", "x=1")))
        .withMessage("Example 1 has the dimensions [x], expected [x, y]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.encode(examples(REGRESSORS, "x=1,z=1")))
        .withMessage("Example 0 has the label 'z', expected one of [x, y]");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -1e300})
  void aValueThatIsNoFiniteFloatIsRefused(double value) {
    TargetCodec<Regressor> codec = codec(info(REGRESSORS, "x=1"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.encode(List.of(example(new Regressor("x", value)))))
        .withMessage(
            "Dimension 'x' of example 0 is %s, expected a finite number in the range of a float",
            value);
  }

  // ---- predictions

  @Test
  void aMultiClassPredictionHasProbabilities() {
    TargetCodec<Label> codec = codec(info(LABELS, "a", "b", "c"));
    Example<Label> example = example(new Label("a"));
    Prediction<Label> prediction = codec.decode(new float[] {1, 3, 2}, 7, example);
    assertThat(prediction.getOutput().getLabel()).isEqualTo("b");
    assertThat(prediction.getOutput().getScore()).isCloseTo(0.665241, within(1e-6));
    assertThat(prediction.getOutputScores()).containsOnlyKeys("a", "b", "c");
    assertThat(prediction.getOutputScores().get("a").getScore()).isCloseTo(0.090031, within(1e-6));
    assertThat(prediction.hasProbabilities()).isTrue();
    assertThat(prediction.getNumActiveFeatures()).isEqualTo(7);
    assertThat(prediction.getExample()).isSameAs(example);
  }

  @Test
  void largeLogitsDoNotOverflow() {
    float max = Float.MAX_VALUE;
    Prediction<Label> label =
        codec(info(LABELS, "a", "b", "c"))
            .decode(new float[] {max, -max, max}, 1, example(new Label("a")));
    assertThat(label.getOutputScores().get("a").getScore()).isEqualTo(0.5);
    assertThat(label.getOutputScores().get("b").getScore()).isZero();
    assertThat(label.getOutput().getLabel()).isEqualTo("a");

    Prediction<MultiLabel> labels =
        codec(info(MULTI_LABELS, "a,b"))
            .decode(new float[] {max, -max}, 1, example(new MultiLabel("a")));
    assertThat(score(labels, "a")).isEqualTo(1);
    assertThat(score(labels, "b")).isZero();
  }

  @Test
  void aMultiLabelPredictionHasTheLabelsAboveOneHalf() {
    Prediction<MultiLabel> prediction =
        codec(info(MULTI_LABELS, "a,b,c"))
            .decode(new float[] {-1, 0.5f, 0}, 3, example(new MultiLabel("a")));
    assertThat(prediction.getOutput().getNameSet()).containsExactly("b");
    assertThat(score(prediction, "a")).isCloseTo(0.268941, within(1e-6));
    assertThat(score(prediction, "b")).isCloseTo(0.622459, within(1e-6));
    assertThat(score(prediction, "c")).isEqualTo(0.5);
    assertThat(prediction.hasProbabilities()).isTrue();
  }

  @Test
  void aRegressionPredictionIsTheLogits() {
    Prediction<Regressor> prediction =
        codec(info(REGRESSORS, "x=1,y=1"), "y", "x")
            .decode(new float[] {1.5f, -2}, 3, example(new Regressor("x", 0)));
    assertThat(prediction.getOutput().getDimension("y").orElseThrow().getValue()).isEqualTo(1.5);
    assertThat(prediction.getOutput().getDimension("x").orElseThrow().getValue()).isEqualTo(-2);
    assertThat(prediction.hasProbabilities()).isFalse();
  }

  @Test
  void anExampleThatIsItsOnlyRowIsDecodedFromIt() {
    TargetCodec<Label> codec = codec(info(LABELS, "a", "b"));
    Example<Label> example = examples(LABELS, "a").get(0);
    Prediction<Label> prediction =
        codec.decode(List.of(new float[] {0, 1}), new SingleLabel().rows(example, 1), example);
    assertThat(prediction.getOutput().getLabel()).isEqualTo("b");
    assertThat(prediction.getNumActiveFeatures()).isEqualTo(example.size());
    assertThat(prediction.getExample()).isSameAs(example);
  }

  @Test
  void logitsThatDoNotFitAreRefused() {
    TargetCodec<Label> codec = codec(info(LABELS, "a", "b"));
    Example<Label> example = example(new Label("a"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.decode(new float[3], 1, example))
        .withMessage("There are 3 logits, expected 2: one each for [a, b]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.decode(new float[] {1, Float.NaN}, 1, example))
        .withMessage(
            "The logit of 'b' is NaN, expected a finite number; the model's weights may be broken");
  }

  private static double score(Prediction<MultiLabel> prediction, String label) {
    return prediction.getOutputScores().get(label).getLabelScore(new Label(label)).orElseThrow();
  }

  private static <T extends Output<T>> Example<T> example(T output) {
    return new ArrayExample<>(output, new String[] {"input_ids@00000"}, new double[] {4});
  }

  private static <T extends Output<T>> List<Example<T>> examples(
      OutputFactory<T> factory, String... outputs) {
    return factory.generateOutputs(List.of(outputs)).stream()
        .map(TargetCodecTest::example)
        .toList();
  }

  private static <T extends Output<T>> OutputDomain<T> info(
      OutputFactory<T> factory, String... outputs) {
    MutableOutputInfo<T> info = factory.generateInfo();
    factory.generateOutputs(List.of(outputs)).forEach(info::observe);
    return new OutputDomain<>(Tasks.of(factory), info.generateImmutableOutputInfo(), List.of());
  }

  private static <T extends Output<T>> TargetCodec<T> codec(
      OutputDomain<T> known, String... columns) {
    return known.codec(columns.length == 0 ? known.sorted() : LabelOrder.of(columns));
  }

  private static Tensor all(Targets targets, String input) {
    return targets.batch(input, IntStream.range(0, targets.inputs().get(input).count()).toArray());
  }
}
